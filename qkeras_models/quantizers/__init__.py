"""Quantizers of weights, and the penalty that raises the trained threshold of one of them."""
