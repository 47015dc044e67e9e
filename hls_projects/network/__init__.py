"""The integer network: what Keras, C-simulation and RTL must all compute."""
