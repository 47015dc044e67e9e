"""What is done to a netlist after it is read."""
