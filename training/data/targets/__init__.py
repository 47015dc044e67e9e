"""What the y of a data set asks of a network, and how well outputs answer it."""
