"""From an integer network back to a Keras model that computes the same, to be trained further."""
