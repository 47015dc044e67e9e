"""Which counters to take: the fewest LUTs, or the fewest LUTs in a row."""
