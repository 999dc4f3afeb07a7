"""Pure functions: texts, tables and probabilities in, scores out. Knows no model, no files and no documents."""
