"""Layers of which networks are built: input quantizer, ternary weights, integer logits."""
