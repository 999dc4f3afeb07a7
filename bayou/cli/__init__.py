"""The command line: thin commands over the rooms below. Knows options, messages and exit codes; does no work itself."""
