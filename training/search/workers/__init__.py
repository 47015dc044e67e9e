"""The processes that trials run in, on this machine or a cluster."""
