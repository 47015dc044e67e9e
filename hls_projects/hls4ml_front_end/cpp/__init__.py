"""C++ of the layers, as text."""
