"""Bits, truth tables, sums of bits, netlists, and how long they take."""
