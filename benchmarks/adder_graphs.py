"""The same networks through alkaid's adder graphs, and both through the same synthesis.

    pip install alkaid
    python -m benchmarks.adder_graphs reports/results/networks/mnist-frontier-1[24].npz

Each network's matrices, comparisons and logits are traced by alkaid, the successor of da4ml.  Its
graph is compared with the integer network, every logit, on the test images of MNIST.  Its Verilog,
and this project's of fewest LUT positions, are synthesized by Yosys for UltraScale+.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from hls_projects.kinds.dense import Dense
from hls_projects.kinds.flatten import Flatten
from hls_projects.kinds.head import Head
from hls_projects.kinds.threshold import Levels
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl
from hls_projects.tools.synthesis import synthesize_verilog
from qkeras_models.networks.pretrained import pretrained_folder
from training.data import cache_folder, load


def traced(network: IntegerNetwork) -> Any:
    """The network as a CombLogic of alkaid: combinational logic from input bits to logits.

    Raises:
        ValueError: for a layer of another kind than dense layers, comparisons and the head.
    """
    from alkaid.trace import FVArray, HWConfig, trace

    zeros = np.zeros(np.prod(network.input.shape), int)
    inputs = FVArray.from_kif(zeros, zeros + network.input.bits, zeros, HWConfig(1, -1, -1))
    x = inputs
    for layer in network.layers:
        if isinstance(layer, Dense):
            x = x @ layer.weights.astype(float)
        elif isinstance(layer, Levels):
            x = FVArray(np.array([
                _counted(acc, levels, direction)
                for acc, levels, direction in zip(x, layer.levels, layer.direction, strict=True)
            ]))
        elif isinstance(layer, Head):
            shift = 0 if layer.shift is None else layer.shift
            x = x * np.broadcast_to(np.exp2(shift), layer.bias.shape) + layer.bias
        elif not isinstance(layer, Flatten):
            raise ValueError(f"layers must be dense. Received: {layer.kind}")
    return trace(inputs, x)


def _counted(acc: Any, levels: np.ndarray, direction: int) -> Any:
    """Σ_k [acc ≥ v_k], or ≤, of an alkaid variable; those that its range decides are constants."""
    from alkaid.trace import FVariable

    count, sure = None, 0
    for level in map(float, levels):
        if (acc.low >= level) if direction > 0 else (acc.high <= level):
            sure += 1
        elif (acc.high >= level) if direction > 0 else (acc.low <= level):
            one = acc >= level if direction > 0 else acc <= level
            count = one if count is None else count + one
    if count is None:
        return FVariable.from_const(float(sure), acc.hwconf)
    return count + float(sure) if sure else count


def verilog(logic: Any, folder: Path) -> Path:
    """One file with the Verilog of the logic and of the modules that it uses."""
    from alkaid.codegen.rtl import RTLModel

    RTLModel(logic, folder, prj_name="network").write()
    parts = [p for p in sorted((folder / "src").rglob("*.v")) if "wrapper" not in p.name]
    joined = folder / "all.v"
    joined.write_text("\n".join(path.read_text(encoding="utf-8") for path in parts))
    return joined


def measure(name: str, folder: Path) -> str:
    """A row of the table: name, logits that differ, then cells and positions of both."""
    file = Path(name)
    if file.suffix != ".npz":
        file = pretrained_folder(name) / "network.npz"
    network = IntegerNetwork.load(file)
    logic = traced(network)
    x = network.input.quantize(load("mnist").x_test)
    differing = np.count_nonzero(
        logic.predict(x.reshape(len(x), -1).astype(float)) != network.predict_integers(x)
    )
    # Its modules have new names each time, so no cache would find them.
    theirs = synthesize_verilog(verilog(logic, folder / "alkaid"), top="network")
    design = write_rtl(network, folder / "own", optimize="area")
    own = synthesize_verilog(design.verilog, cache=cache_folder() / "synthesis")
    return (
        f"| {Path(name).stem} | {differing:,} of {len(x) * network.classes:,} "
        f"| {theirs.luts:,} | {theirs.positions:,} | {own.luts:,} | {own.positions:,} "
        f"| {theirs.positions / own.positions:.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="+", help="presets that come trained, or .npz files")
    print("| network | logits that differ | alkaid: LUT cells | positions "
          "| this project: LUT cells | positions | alkaid's positions / ours |")
    print("|---|---|---|---|---|---|---|")
    for name in parser.parse_args().networks:
        with tempfile.TemporaryDirectory() as folder:
            print(measure(name, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
