"""What a document is, and the formats it comes from and goes to. Knows no model and no torch."""
