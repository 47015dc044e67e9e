"""What a run says while it trains, and what it keeps."""
