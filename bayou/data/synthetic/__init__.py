"""Lines of text made on the fly: what they say, how they are set, how they are damaged. Knows no model."""
