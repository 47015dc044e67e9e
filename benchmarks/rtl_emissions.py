"""LUTs of one network in Verilog of different kinds, all through the same synthesis.

    python benchmarks/rtl_emissions.py [network.npz]

Plain sums: each neuron a sum of its inputs and comparisons.  da4ml: its adder graphs for the sums,
the same comparisons.  Counters: what `write_rtl` writes, with carry chains and without.  One
register stage a layer in each.  All are simulated on random inputs.
"""

import sys
import tempfile
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

DEFAULT = "pretrained/mnist-small/network.npz"
# The adder graph of a large layer takes minutes.
SECONDS = 3600.0
SAMPLES = 1_000


def reach(column, bits):
    """Least and greatest sum of a column of weights."""
    highest = (1 << bits) - 1
    return -highest * int((column < 0).sum()), highest * int((column > 0).sum())


def signed_bits(low, high):
    """Bits of two's complement that hold low ≤ 0 to high ≥ 0."""
    return 1 + max(high.bit_length(), (-low - 1).bit_length() if low else 0)


def plain_sums(weights, bits):
    """Name and Verilog of a signed sum for each output."""
    sums = []
    for output, column in enumerate(weights.T):
        width = signed_bits(*reach(column, bits))
        terms = [
            f"{'+' if column[i] > 0 else '-'} $signed({{1'b0, a[{i * bits} +: {bits}]}})"
            for i in np.flatnonzero(column)
        ]
        value = " ".join(terms) or "1'sd0"
        sums.append(f"wire signed [{width - 1}:0] s{output} = {value};")
    return "", "\n".join(sums)


def da4ml_sums(weights, bits, name, folder):
    """The same from an adder graph of da4ml: its modules, and the wires that instantiate them."""
    from da4ml.codegen import VerilogModel
    from da4ml.trace import FixedVariableArray, HWConfig, comb_trace

    used = np.flatnonzero(weights.any(axis=0))
    # da4ml leaves unused inputs out of its port.
    inputs = np.flatnonzero(weights.any(axis=1))
    none = np.zeros(len(inputs), int)
    x = FixedVariableArray.from_kif(none, none + bits, none, HWConfig(1, -1, -1))
    graph = comb_trace(x, x @ weights[np.ix_(inputs, used)].astype(float))
    project = folder / name
    VerilogModel(graph, name, project, print_latency=False).write()
    modules = (project / "src" / f"{name}.v").read_text()
    lines, first = [], 0
    for output, (keep, integer, fraction) in zip(used, np.transpose(graph.out_kifs), strict=True):
        width = int(keep + integer + fraction)
        value = f"g[{first} +: {width}]"
        value = f"$signed({value})" if keep else f"$signed({{1'b0, {value}}})"
        sum_width = signed_bits(*reach(weights[:, output], bits))
        lines.append(f"wire signed [{sum_width - 1}:0] s{output} = {value};")
        first += width
    dead = set(range(weights.shape[1])) - set(used.tolist())
    lines += [f"wire signed [0:0] s{output} = 1'sd0;" for output in dead]
    taken = ", ".join(f"a[{i * bits} +: {bits}]" for i in reversed(inputs))
    head = f"wire [{first - 1}:0] g; {name} graph(.model_inp({{{taken}}}), .model_out(g));"
    return modules, "\n".join([head, *lines])


def static_modules(folder):
    """da4ml's own modules, but for the one that reads a file of tables, which sums do not use."""
    paths = sorted((folder / "sums_1/src/static").glob("*.v"))
    return "\n".join(path.read_text() for path in paths if path.stem != "lookup_table")


def layer(number, width, sums, reaches, following):
    """A module: sums, then what follows them, then a register.  Returns it and its bits a value."""
    from hls_projects.kinds import Head

    if isinstance(following, Head):
        totals = [
            (min(low + bias, 0), max(high + bias, 0))
            for (low, high), bias in zip(reaches, map(int, following.bias), strict=True)
        ]
        bits = max(signed_bits(*total) for total in totals)
        values = [
            f"wire signed [{bits - 1}:0] v{output} = s{output} + ({bias});"
            for output, bias in enumerate(map(int, following.bias))
        ]
    else:
        bits = following.bits
        values = [
            f"wire [{bits - 1}:0] v{output} = {_reached(output, *reaches[output], following)};"
            for output in range(len(reaches))
        ]
    names = ", ".join(f"v{output}" for output in reversed(range(len(values))))
    body = "\n".join([sums, *values])
    total = bits * len(values)
    ports = f"input clk, input [{width - 1}:0] a, output reg [{total - 1}:0] y"
    text = f"module layer_{number}({ports});\n{body}\n"
    return f"{text}always @(posedge clk) y <= {{{names}}};\nendmodule\n", bits, total


def _reached(output, low, high, threshold):
    """How many levels a sum of low to high reaches; those always or never reached are constants."""
    upwards = threshold.direction[output] > 0
    bits = signed_bits(low, high)
    always, terms = 0, []
    for level in map(int, threshold.levels[output]):
        if level <= low if upwards else level >= high:
            always += 1
        elif low < level <= high if upwards else low <= level < high:
            literal = f"{'-' if level < 0 else ''}{bits}'sd{abs(level)}"
            terms.append(f"(s{output} {'>=' if upwards else '<='} {literal})")
    return " + ".join([*terms, str(always)] if always or not terms else terms)


def whole(network, kind, folder):
    """Design of a network whose sums are of a kind, plain or da4ml; ports are `write_rtl`'s."""
    from hls_projects.kinds import Dense
    from hls_projects.rtl import RtlDesign

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
        reaches = [reach(column, bits) for column in dense.weights.T]
        text, bits, after = layer(number, width, sums[1], reaches, following)
        modules += [sums[0], text]
        wires.append(f"wire [{after - 1}:0] y{number}; "
                     f"layer_{number} l{number}(.clk(clk), .a({before}), .y(y{number}));")
        before, width = f"y{number}", after
    stages = len(wires)
    modules.append(f"module top(input clk, in_valid, input [{inputs - 1}:0] x, "
                   f"output out_valid, output [{width - 1}:0] y);\n" + "\n".join(wires)
                   + f"\nreg [{stages - 1}:0] valid = 0; assign out_valid = valid[{stages - 1}];"
                   + "\nalways @(posedge clk) valid <= {valid, in_valid};"
                   + f"\nassign y = {before};\nendmodule\n")
    if kind == "da4ml":
        modules.append(static_modules(folder))
    verilog = folder / "top.v"
    verilog.write_text("\n".join(modules))
    # What such a design consists of is for synthesis to say.
    unknown = {"luts": 0, "carries": 0, "ffs": 0, "luts_per_layer": ()}
    return RtlDesign(verilog, inputs // network.input.bits, network.input.bits, network.classes,
                     logit_bits=bits, latency=stages, **unknown)


def differing_logits(network, design):
    """How many logits of SAMPLES random inputs of all densities are not the network's."""
    from hls_projects.rtl import RtlSimulation

    rng = np.random.default_rng(0)
    form = network.input
    x = rng.integers(form.lowest, form.highest + 1, (SAMPLES, *form.shape))
    x *= rng.random(x.shape) < rng.random((SAMPLES, *[1] * len(form.shape)))
    return int((RtlSimulation(design).predict(x) != network.predict_integers(x)).sum())


def main():
    import qkeras_models
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.rtl import write_rtl
    from hls_projects.tools.synthesis import synthesize_verilog

    path = Path(sys.argv[1]) if sys.argv[1:] else Path(qkeras_models.__file__).parent / DEFAULT
    network = IntegerNetwork.load(path)
    print(f"{path.name}: {network.nonzeros:,} nonzeros\n")
    print("| Verilog | LUT | LUT a nonzero | FF | CARRY4 | written | synthesized | differ |")
    print("|---|---|---|---|---|---|---|---|")
    for label, write in (
        ("plain sums", partial(whole, kind="plain")),
        ("da4ml", partial(whole, kind="da4ml")),
        ("counters in LUTs", partial(write_rtl, target="generic")),
        ("counters on carry chains", partial(write_rtl, target="xilinx")),
    ):
        with tempfile.TemporaryDirectory() as scratch:
            times = [time.perf_counter()]
            design = write(network, folder=Path(scratch))
            times.append(time.perf_counter())
            cells = synthesize_verilog(design.verilog, seconds=SECONDS)
            times.append(time.perf_counter())
            differ = differing_logits(network, design)
        seconds = " | ".join(f"{later - start:.0f} s" for start, later in pairwise(times))
        print(f"| {label} | {cells.luts:,} | {cells.luts / network.nonzeros:.2f} | {cells.ffs:,} | "
              f"{cells.carries:,} | {seconds} | {differ:,} of {SAMPLES * network.classes:,} |",
              flush=True)


if __name__ == "__main__":
    main()
