"""Search for the best networks for a budget: Optuna chooses, Dask's workers train.

    python -m training.search searches/mnist-frontier.yaml

The one part of `training` that imports `hls_projects`: a trial's cost in hardware is an estimate of
its integer network, and the best networks are written as Verilog and synthesized.
"""
