"""Other readers behind the same Reader, for comparison. Knows crops and texts; not pages."""
