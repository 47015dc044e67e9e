"""Whole networks: their notation, builders, presets, and how an ordinary one is made sparse."""
