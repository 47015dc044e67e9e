"""Data sets of features that are loaded by their name."""
