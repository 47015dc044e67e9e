"""What a weight costs in hardware: one model for training and for reports."""
