"""Kinds that put values in other places, some of them more than once, and zeros beside them."""
