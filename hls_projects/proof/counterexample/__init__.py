"""An input at which hardware is not the network: made small, drawn, simulated."""
