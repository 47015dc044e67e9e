"""What Keras computes, which hardware must equal."""
