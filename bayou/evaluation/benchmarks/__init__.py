"""One file a benchmark, each readable as its definition. Knows how each is published; no model."""
