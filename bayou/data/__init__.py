"""Where training samples come from: synthetic lines and real crops. Knows fonts, texts and images; knows no model and no training."""
