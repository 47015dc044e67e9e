"""The driver behind convert.py: from a model to projects, comparisons and figures."""
