"""What of a network's Verilog takes LUTs and flip-flops, found without making any."""
