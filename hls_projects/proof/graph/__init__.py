"""Networks that are no row of layers of weights: branches, and largest values."""
