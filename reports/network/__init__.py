"""The report of one network."""
