"""Dense networks: a register stage a layer, or more."""
