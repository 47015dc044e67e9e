"""How far off the estimate is on networks with branches, several inputs and heads, and pools.

    PYTHONPATH=. python benchmarks/graph_estimates.py

Writes Verilog of the networks of graph_networks.py, none of which any fit has seen, and compares
what its netlist has.  The table goes to docs/estimate.md.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from fit_lut_model import write_part
from graph_networks import graph_networks

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl
from hls_projects.rtl.estimate import estimate
from hls_projects.rtl.stream.line_buffer import LineBuffer
from hls_projects.rtl.stream.stream_plan import plan_stream, streams

MARK = "<!-- by benchmarks/graph_estimates.py -->\n"
NAMES = ("LUT", "positions", "FF")


def compared(network: IntegerNetwork) -> tuple[np.ndarray, np.ndarray]:
    """LUT cells, positions and flip-flops of the netlist, and the estimate of them.

    Windows of a stream are in the estimate alone, and are left out here.
    """
    with tempfile.TemporaryDirectory() as folder:
        design = write_rtl(network, Path(folder))
    found, windows = estimate(network), np.zeros(2)
    if streams(network):
        buffers = (step.buffer for step in plan_stream(network).steps)
        windows = np.sum([b.cells for b in buffers if isinstance(b, LineBuffer)], axis=0)
    luts, positions = np.array([found.luts, found.positions]) - windows
    netlist = design.luts, design.positions, design.ffs
    return np.array(netlist), np.round([luts, positions, found.ffs]).astype(int)


def main() -> None:
    rows, errors = [], []
    for name, network in graph_networks():
        netlist, estimated = compared(network)
        errors.append(estimated / netlist - 1)
        cells = "".join(
            f" {n:,} | {e:,} | {error:+.1%} |"
            for n, e, error in zip(netlist, estimated, errors[-1], strict=True)
        )
        rows.append(f"| {name} | {network.nonzeros:,} |{cells}")
        print(rows[-1], flush=True)
    sizes = np.abs(errors)
    summary = "; ".join(
        f"{label} {mean:.1%} in the mean and {worst:.1%} at worst"
        for label, mean, worst in zip(NAMES, sizes.mean(axis=0), sizes.max(axis=0), strict=True)
    )
    head = "".join(f" {label}, netlist | estimate | error |" for label in NAMES)
    table = "\n".join([f"| network | nonzeros |{head}", "|---" * 11 + "|", *rows])
    title = f"## Error on {len(rows)} networks with branches"
    write_part(MARK, f"{title}\n\n{summary}.\n\n{table}\n")


if __name__ == "__main__":
    main()
