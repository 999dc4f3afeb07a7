"""The family's runs: which member, which data, which stages. Knows every floor below; no command line."""
