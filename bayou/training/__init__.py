"""How a member of the family learns (torch): batches to weights. Knows nothing of reading, serving or commands."""
