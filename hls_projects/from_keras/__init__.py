"""From a trained Keras model to its integer network, exactly."""
