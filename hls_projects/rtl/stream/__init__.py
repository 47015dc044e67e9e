"""Convolutional networks: a pixel a clock cycle."""
