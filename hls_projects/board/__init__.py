"""A network on a board: Verilog around it, a bitstream, its simulation, and the client."""
