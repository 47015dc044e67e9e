"""Kinds that make bits of numbers."""
