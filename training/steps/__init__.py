"""How fast and how often a training step does its work."""
