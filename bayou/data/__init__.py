"""Where training samples come from. Knows fonts, texts and images; knows no model and no training."""
