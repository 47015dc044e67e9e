"""What a trained teacher says about training data."""
