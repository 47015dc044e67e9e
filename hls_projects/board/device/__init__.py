"""Bitstreams: the clock, the configuration, and where the cells stand."""
