"""Whole pages made from nothing, with everything that stands on them known. Knows fonts and words; knows no model."""
