"""Kinds that sum each channel of an image alone."""
