"""A member's folder in the formats of other programs. Knows their files; runs no model, and nothing of documents."""
