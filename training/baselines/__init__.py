"""Callbacks of the methods that the sparse ternary one is compared with."""
