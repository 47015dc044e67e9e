"""Boards without boards: the serial line of a simulated design, before and after routing."""
