"""Several networks side by side, the claims about them, and published ones."""
