"""One trial of a search: its job, its folder, its result."""
