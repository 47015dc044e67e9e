"""Networks on boards: made, compared after routing, and talked with."""
