"""Training images, changed at random."""
