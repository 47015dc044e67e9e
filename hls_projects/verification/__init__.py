"""C-simulation, and the comparison of every integer output."""
