"""The three stages: the callback of the sparse ternary method, and its parts."""
