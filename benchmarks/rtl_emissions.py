"""LUTs of one network in Verilog of different kinds, all through the same synthesis.

    python benchmarks/rtl_emissions.py [network.npz]

Plain sums: each neuron a sum of its inputs and comparisons.  da4ml: its adder graphs for the sums,
the same comparisons.  Counters: what `write_rtl` writes, with carry chains and without.  One
register stage a layer in each.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

DEFAULT = "pretrained/mnist-small/network.npz"
# The adder graph of a large layer takes minutes.
SECONDS = 3600.0


def plain_sums(weights, bits):
    """Name and Verilog of a signed sum for each output."""
    sums = []
    for output, column in enumerate(weights.T):
        terms = [
            f"{'+' if column[i] > 0 else '-'} $signed({{1'b0, a[{i * bits} +: {bits}]}})"
            for i in np.flatnonzero(column)
        ]
        sums.append(f"wire signed [19:0] s{output} = 20'sd0 {' '.join(terms)};")
    return "", "\n".join(sums)


def da4ml_sums(weights, bits, name, folder):
    """The same from an adder graph of da4ml: its modules, and the wires that instantiate them."""
    from da4ml.codegen import VerilogModel
    from da4ml.trace import FixedVariableArray, HWConfig, comb_trace

    used = np.flatnonzero(weights.any(axis=0))
    inputs = len(weights)
    x = FixedVariableArray.from_kif(
        np.zeros(inputs, int), np.full(inputs, bits), np.zeros(inputs, int), HWConfig(1, -1, -1)
    )
    graph = comb_trace(x, x @ weights[:, used].astype(float))
    project = folder / name
    VerilogModel(graph, name, project, print_latency=False).write()
    modules = (project / "src" / f"{name}.v").read_text()
    lines, first = [], 0
    for output, (keep, integer, fraction) in zip(used, np.transpose(graph.out_kifs), strict=True):
        width = int(keep + integer + fraction)
        value = f"g[{first} +: {width}]"
        value = f"$signed({value})" if keep else f"$signed({{1'b0, {value}}})"
        lines.append(f"wire signed [19:0] s{output} = {value};")
        first += width
    dead = set(range(weights.shape[1])) - set(used.tolist())
    lines += [f"wire signed [19:0] s{output} = 20'sd0;" for output in dead]
    head = f"wire [{first - 1}:0] g; {name} graph(.model_inp(a), .model_out(g));"
    return modules, "\n".join([head, *lines])


def static_modules(folder):
    return "\n".join(p.read_text() for p in sorted((folder / "sums_1/src/static").glob("*.v")))


def layer(number, width, sums, following):
    """A module: sums, then what follows them, then a register.  Returns it and its bits a value."""
    from hls_projects.integer_layers import Head

    lines, values = [sums], []
    bits = 20 if isinstance(following, Head) else following.bits
    count = len(following.bias if isinstance(following, Head) else following.direction)
    for output in range(count):
        if isinstance(following, Head):
            lines.append(f"wire [19:0] v{output} = s{output} + ({int(following.bias[output])});")
        else:
            sign = ">=" if following.direction[output] > 0 else "<="
            reached = " + ".join(
                f"(s{output} {sign} $signed({_literal(level)}))"
                for level in following.levels[output]
            )
            lines.append(f"wire [{bits - 1}:0] v{output} = {reached};")
        values.append(f"v{output}")
    body = "\n".join(lines)
    packed = "{" + ", ".join(reversed(values)) + "}"
    ports = f"input clk, input [{width - 1}:0] a, output reg [{bits * count - 1}:0] y"
    text = f"module layer_{number}({ports});\n{body}\n"
    return f"{text}always @(posedge clk) y <= {packed};\nendmodule\n", bits, bits * count


def _literal(level):
    level = int(np.clip(level, -(1 << 19), (1 << 19) - 1))
    return f"20'sd{level}" if level >= 0 else f"-20'sd{-level}"


def whole(network, kind, folder):
    """Verilog of a network whose sums are of a kind, plain or da4ml."""
    from hls_projects.integer_layers import Dense

    layers = [part for part in network.layers if part.kind != "flatten"]
    bits = network.input.bits
    inputs = width = int(np.prod(network.input.shape)) * bits
    modules, wires, before = [], [], "x"
    for number, place in enumerate(range(0, len(layers), 2), 1):
        dense, following = layers[place : place + 2]
        if not isinstance(dense, Dense):
            raise ValueError(f"dense layers only. Received: {dense.kind}")
        name = f"sums_{number}"
        sums = (
            plain_sums(dense.weights, bits)
            if kind == "plain"
            else da4ml_sums(dense.weights, bits, name, folder)
        )
        text, bits, after = layer(number, width, sums[1], following)
        modules += [sums[0], text]
        wires.append(f"wire [{after - 1}:0] y{number}; "
                     f"layer_{number} l{number}(.clk(clk), .a({before}), .y(y{number}));")
        before, width = f"y{number}", after
    modules.append(f"module top(input clk, input [{inputs - 1}:0] x, output [{width - 1}:0] y);\n"
                   + "\n".join(wires) + f"\nassign y = {before};\nendmodule\n")
    if kind == "da4ml":
        modules.append(static_modules(folder))
    return "\n".join(modules)


def main():
    import qkeras_models
    from hls_projects.integer_network import IntegerNetwork
    from hls_projects.rtl import write_rtl
    from hls_projects.synthesis import synthesize_verilog

    path = Path(sys.argv[1]) if sys.argv[1:] else Path(qkeras_models.__file__).parent / DEFAULT
    network = IntegerNetwork.load(path)
    print(f"{path.name}: {network.nonzeros:,} nonzeros\n")
    print("| Verilog | LUT | LUT a nonzero | FF | CARRY4 | written | synthesized |")
    print("|---|---|---|---|---|---|---|")
    kinds = {"plain sums": "plain", "da4ml": "da4ml", "counters in LUTs": "generic",
             "counters on carry chains": "xilinx"}
    for label, kind in kinds.items():
        with tempfile.TemporaryDirectory() as scratch:
            started = time.perf_counter()
            if kind in ("plain", "da4ml"):
                verilog = Path(scratch) / "top.v"
                verilog.write_text(whole(network, kind, Path(scratch)))
            else:
                verilog = write_rtl(network, Path(scratch), target=kind).verilog
            written = time.perf_counter()
            cells = synthesize_verilog(verilog, seconds=SECONDS)
            done = time.perf_counter()
        print(f"| {label} | {cells.luts:,} | {cells.luts / network.nonzeros:.2f} | {cells.ffs:,} | "
              f"{cells.carries:,} | {written - started:.0f} s | {done - written:.0f} s |",
              flush=True)


if __name__ == "__main__":
    main()
