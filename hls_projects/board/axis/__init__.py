"""A network between two AXI4-Streams, for block designs of other tools."""
