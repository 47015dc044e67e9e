"""Files that are whole or not there, bounded in size, and written by one process at a time."""
