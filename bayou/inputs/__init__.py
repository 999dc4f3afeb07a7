"""A conversation or a line of text to exactly the arrays the model sees. Knows no network, sampling or document."""
