"""Verilog-2005 of a pipeline: one module a stage, and the top that connects them."""

from __future__ import annotations

from collections.abc import Sequence

from hls_projects.families import Family
from hls_projects.logic.expressions import concatenation, wire
from hls_projects.logic.netlist import DualLut, Lut, Node
from hls_projects.rtl.pipeline.stages import Pipeline, RegisterStage

HEADER = """\
// Sparse ternary network; generated, one sample a clock cycle, {latency} cycles of latency.
// x: {inputs} integers of {input_bits} bits, the first one lowest.  y: {classes} logits of
// {logit_bits} bits, two's complement, the first one lowest.  y belongs to the x of {latency}
// rising edges before, and out_valid is that x's in_valid.
"""

TOP = """\
module top(
    input clk,
    input in_valid,
    input [{input_high}:0] x,
    output out_valid,
    output [{output_high}:0] y
);
{body}
endmodule
"""

LAYER = """\
module {name}(
    input clk,
    input in_valid,{inputs}{outputs}
    output {reg}out_valid
);
{valid}
{body}
endmodule
"""
REGISTERED = "initial out_valid = 1'b0;\nalways @(posedge clk) out_valid <= in_valid;"
PASSED = "assign out_valid = in_valid;"


def top_module(pipeline: Pipeline) -> str:
    """The stages in a row; what the last one gives, some complemented, are the logits."""
    count = len(pipeline.stages)
    body = [f"wire [{count}:0] valid;", "assign valid[0] = in_valid;"]
    previous = [f"x[{signal}]" for signal in pipeline.stages[0].inputs]
    for number, stage in enumerate(pipeline.stages, 1):
        width = len(stage.registered)
        ports = [".clk(clk)", f".in_valid(valid[{number - 1}])"]
        if previous:
            ports.append(f".x({concatenation(previous)})")
        if width:
            body.append(f"wire [{width - 1}:0] values_{number};")
            ports.append(f".y(values_{number})")
        ports.append(f".out_valid(valid[{number}])")
        body.append(f"{stage.name} stage_{number}({', '.join(ports)});")
        previous = [f"values_{number}[{i}]" for i in range(width)]
    body.append(f"assign out_valid = valid[{count}];")
    logits = [bit for number in pipeline.logits for bit in number]
    body.append(f"assign y = {concatenation([wire(b, previous) for b in logits])};")
    return TOP.format(
        input_high=pipeline.stages[0].netlist.inputs - 1,
        output_high=len(logits) - 1,
        body="\n".join(body),
    )


def layer_module(stage: RegisterStage, family: Family) -> str:
    """A stage's logic and registers; no registers where the next stage goes on in the same cycle.

    Args:
        stage: the stage; its used inputs are port x, its registers port y.
        family: whose LUTs and carry chains are instantiated.
    """
    names = {signal: f"x[{i}]" for i, signal in enumerate(stage.inputs)}
    made = [signal for node in stage.netlist.nodes for signal in node.outputs]
    names.update((signal, f"n{signal}") for signal in made)
    body = [f"wire {', '.join(names[signal] for signal in made)};"] if made else []
    for i, node in enumerate(stage.netlist.nodes):
        body += _node(node, f"u{i}", names, family.luts.instantiated)
    body += family.chain.lines(stage.netlist, names)
    registered = [names[signal] for signal in stage.registered]
    if registered:
        given = "always @(posedge clk) y <=" if stage.clocked else "assign y ="
        body.append(f"{given} {concatenation(registered)};")
    reg = "reg " if stage.clocked else ""
    return LAYER.format(
        name=stage.name,
        inputs=_port("input", len(stage.inputs), "x"),
        outputs=_port(f"output {reg}".strip(), len(registered), "y"),
        reg=reg,
        valid=REGISTERED if stage.clocked else PASSED,
        body="\n".join(body),
    )


def _port(direction: str, width: int, name: str) -> str:
    return f"\n    {direction} [{width - 1}:0] {name}," if width else ""


def _node(node: Node, name: str, names: dict[int, str], primitives: bool) -> list[str]:
    if not isinstance(node, Lut | DualLut):
        return node.lines(name, names)
    tables = node.tables if isinstance(node, DualLut) else (node.table,)
    if not node.inputs or not primitives:
        return [
            f"assign {names[output]} = {_expression(table, node.inputs, names)};"
            for output, table in zip(node.outputs, tables, strict=True)
        ]
    return [_lut(node, name, names) if isinstance(node, Lut) else _dual_lut(node, name, names)]


def _expression(table: Sequence[int], inputs: Sequence[int], names: dict[int, str]) -> str:
    if not inputs:
        return f"1'b{table[0]}"
    address = concatenation([names[signal] for signal in inputs])
    return f"{len(table)}'h{_init(table):x} >> {address}"


def _init(table: Sequence[int]) -> int:
    return sum(entry << address for address, entry in enumerate(table))


def _lut(node: Lut, name: str, names: dict[int, str]) -> str:
    size = len(node.inputs)
    pins = ", ".join(f".I{i}({names[signal]})" for i, signal in enumerate(node.inputs))
    init = f"{1 << size}'h{_init(node.table):x}"
    return f"LUT{size} #(.INIT({init})) {name} (.O({names[node.output]}), {pins});"


def _dual_lut(node: DualLut, name: str, names: dict[int, str]) -> str:
    repeats = 32 // len(node.tables[0])
    high, low = (_init(table * repeats) for table in node.tables)
    wires = [names[signal] for signal in node.inputs]
    wires += ["1'b0"] * (5 - len(wires)) + ["1'b1"]
    pins = ", ".join(f".I{i}({wire})" for i, wire in enumerate(wires))
    outputs = f".O6({names[node.outputs[0]]}), .O5({names[node.outputs[1]]})"
    return f"LUT6_2 #(.INIT(64'h{high << 32 | low:016x})) {name} ({outputs}, {pins});"
