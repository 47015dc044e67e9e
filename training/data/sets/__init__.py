"""Each data set, and where its files come from."""
