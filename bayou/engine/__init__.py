"""The engine: requests of ids and tiles to streams of tokens, on any runtime. Knows no documents."""
