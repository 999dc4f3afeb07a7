"""Pages to documents: where the text is, what it says, in which order. Knows engine and documents; no formats."""
