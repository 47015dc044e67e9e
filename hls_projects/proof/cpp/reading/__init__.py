"""The firmware's C++ as functions of the inputs of its layers."""
