"""Programs of others: Yosys, nextpnr, vendor tools, and what their reports say."""
