"""The same networks through alkaid's adder graphs, and both through the same synthesis.

    pip install alkaid
    python -m benchmarks.adder_graphs reports/results/networks/mnist-frontier-1[24].npz

Each network's matrices, comparisons and logits are traced by alkaid, the successor of da4ml.  Its
graph is compared with the integer network, every logit, on the test images of MNIST or, for other
inputs, 10,000 random samples.  Its Verilog, and this project's of fewest LUT positions unless
--theirs-alone, are synthesized by Yosys for UltraScale+.
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
    signed = int(network.input.signed)
    inputs = FVArray.from_kif(
        zeros + signed, zeros + network.input.bits - signed, zeros, HWConfig(1, -1, -1)
    )
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
    """Σ_k [acc ≥ v_k], or ≤, of an alkaid variable; those that its range decides are constants.

    Levels of a plain quantized ReLU, 2^n apart and half to even, are its rounding and clipping.
    """
    from alkaid.trace import FVariable

    k = np.arange(1, len(levels) + 1)
    step = int(levels[2] - levels[0]) // 2 if len(levels) > 3 else 0
    if direction > 0 and step and not step & (step - 1):
        offset = int(levels[0]) - step // 2 - 1
        if np.array_equal(levels, step * k - step // 2 + k % 2 + offset):
            scaled = (acc - float(offset)) * (1.0 / step)
            return scaled.quantize(0, int(np.log2(len(levels) + 1)), 0, "SAT", "RND_CONV")
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


def samples(network: IntegerNetwork) -> np.ndarray:
    """Integers to compare on: MNIST's test images, or random ones of the input's format."""
    if network.input.shape == (28, 28):
        return network.input.quantize(load("mnist").x_test)
    low = -(1 << network.input.bits - 1) if network.input.signed else 0
    rng = np.random.default_rng(0)
    x = rng.integers(low, low + (1 << network.input.bits), (10_000, *network.input.shape))
    return x.astype(np.int32)


def measure(name: str, folder: Path, theirs_alone: bool) -> str:
    """A row of the table: name, logits that differ, then cells and positions of both."""
    file = Path(name)
    if file.suffix != ".npz":
        file = pretrained_folder(name) / "network.npz"
    network = IntegerNetwork.load(file)
    logic = traced(network)
    x = samples(network)
    differing = np.count_nonzero(
        logic.predict(x.reshape(len(x), -1).astype(float)) != network.predict_integers(x)
    )
    cache = cache_folder() / "synthesis"
    theirs = synthesize_verilog(verilog(logic, folder / "alkaid"), top="network", cache=cache)
    row = (
        f"| {Path(name).stem} | {differing:,} of {len(x) * network.classes:,} "
        f"| {theirs.luts:,} | {theirs.positions:,} |"
    )
    if theirs_alone:
        return f"{row} | | |"
    design = write_rtl(network, folder / "own", optimize="area")
    own = synthesize_verilog(design.verilog, cache=cache)
    ratio = theirs.positions / own.positions
    return f"{row} {own.luts:,} | {own.positions:,} | {ratio:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="+", help="presets that come trained, or .npz files")
    parser.add_argument("--theirs-alone", action="store_true", help="where ours takes too long")
    options = parser.parse_args()
    print("| network | logits that differ | alkaid: LUT cells | positions "
          "| this project: LUT cells | positions | alkaid's positions / ours |")
    print("|---|---|---|---|---|---|---|")
    for name in options.networks:
        with tempfile.TemporaryDirectory() as folder:
            print(measure(name, Path(folder), options.theirs_alone), flush=True)


if __name__ == "__main__":
    main()
