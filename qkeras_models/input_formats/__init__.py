"""How float inputs become integers: fixed-point formats, and the one that suits some data."""
