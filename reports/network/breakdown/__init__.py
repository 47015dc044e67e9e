"""What stands behind a network's two totals: right answers by class, LUTs by layer."""
