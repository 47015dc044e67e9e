"""Layers that the sparse ternary ones are compared with: no trained threshold."""
