"""What weights, biases and activations of Keras layers stand for, as integers times a step."""
