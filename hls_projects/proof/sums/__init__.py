"""Weighted sums over nets: which they can be, and counters that stand for their parts."""
