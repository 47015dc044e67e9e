"""Verilog of given dense layers by da4ml: quantized networks that HGQ2 did not train.

Activations are ReLUs of 6 bits, 0 … 1 − 2⁻⁶, ties rounded up.  Runs in HGQ2's own environment.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.hgq2.export import HARDWARE, SOLVER, bits_of, write_verilog


def export(kernels, folder):
    """Writes folder/da4ml/ and export.json of kernel_0, bias_0, kernel_1 … and `input`."""
    from da4ml.trace import FixedVariableArrayInput, HWConfig, comb_trace

    with np.load(kernels) as stored:
        arrays = dict(stored)
    count = sum(name.startswith("kernel") for name in arrays)
    inputs = FixedVariableArrayInput(
        len(arrays["kernel_0"]), hwconf=HWConfig(*HARDWARE), solver_options=SOLVER
    )
    x = inputs.quantize(*(int(part) for part in arrays["input"]))
    for number in range(count):
        x = x @ arrays[f"kernel_{number}"].astype(np.float64) + arrays[f"bias_{number}"]
        if number < count - 1:
            x = x.relu().quantize(0, 0, 6, overflow_mode="SAT", round_mode="RND")
    graph = comb_trace(inputs, x)
    stages = write_verilog(graph, folder / "da4ml", count)
    found = {
        "stages": stages, "inputs": bits_of(graph.inp_qint), "outputs": bits_of(graph.out_qint)
    }
    (folder / "export.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kernels", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    export(options.kernels, options.folder)


if __name__ == "__main__":
    main()
