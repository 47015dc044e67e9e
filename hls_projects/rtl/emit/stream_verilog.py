"""Verilog of a streaming network's top: its modules, one after another or in branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hls_projects.logic.bits import Bit
from hls_projects.rtl.emit.verilog import TOP, concatenation, wire
from hls_projects.rtl.pipeline.stages import RegisterStage
from hls_projects.rtl.stream.join_buffer import JoinBuffer
from hls_projects.rtl.stream.pixel_step import INPUT
from hls_projects.rtl.stream.streaming import Stream

HEADER = """\
// Convolutional sparse ternary network; generated, one pixel a clock cycle.
// x: {inputs_a_cycle} integers of {input_bits} bits, the first one lowest; {pixels} pixels make a
// image, row by row, with or without gaps.  y: {classes} logits of {logit_bits} bits, two's
// complement, the first one lowest, {latency} cycles after the first pixel of an image without
// gaps.  Images may follow each other at once; their results then come as often as images
// enter, though some cycles later where pixels of the next image push on those at an edge.
"""


def stream_top(stream: Stream) -> str:
    """Module `top`: valid and values from step to step."""
    body = _Body()
    wires = {INPUT: Wires("in_valid", "x")}
    for position, (step, stage) in enumerate(
        zip(stream.plan.steps, stream.stages_of_pixels, strict=True)
    ):
        taken = [wires[source] for source in step.sources]
        found = taken[0]
        if isinstance(step.buffer, JoinBuffer):
            found = body.add_join(step.buffer, taken)
        elif step.buffer is not None:
            found = body.add_module(step.buffer.name, found, step.buffer.output_width)
        wires[position] = body.choose(body.add_stages(stage.stages, found), stage.outputs)
    found = wires[stream.plan.last]
    for module in (stream.plan.collector, *stream.multiplexed):
        found = body.add_module(module.name, found, module.output_width)
    logits = [bit for number in stream.tail.logits for bit in number]
    found = body.choose(body.add_stages(stream.tail.stages, found), logits)
    body.lines += [f"assign out_valid = {found.valid};", f"assign y = {found.values};"]
    return TOP.format(
        input_high=stream.plan.width - 1, output_high=len(logits) - 1, body="\n".join(body.lines)
    )


class Wires(NamedTuple):
    """Names of what an instance gives: whether there is a pixel, and its values."""

    valid: str
    values: str


class _Body:
    """Lines of a module body, instance after instance."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.number = 0

    def add_module(self, name: str, taken: Wires, width: int) -> Wires:
        """An instance that takes all values and gives `width` bits."""
        ports = [f".in_valid({taken.valid})"]
        return self._instance(name, ports, taken.values, width)

    def add_join(self, buffer: JoinBuffer, taken: Sequence[Wires]) -> Wires:
        """An instance that takes the values of every branch."""
        ports = []
        for i, wires in enumerate(taken):
            ports += [f".in_valid_{i}({wires.valid})", f".x_{i}({wires.values})"]
        return self._instance(buffer.name, ports, "", buffer.output_width)

    def add_stages(self, stages: Sequence[RegisterStage], taken: Wires) -> Wires:
        """Instances in a row; the first one takes those values that it uses."""
        for position, stage in enumerate(stages):
            used = [f"{taken.values}[{i}]" for i in stage.inputs]
            source = taken.values if position else concatenation(used)
            ports = [f".in_valid({taken.valid})"]
            width = len(stage.registered)
            taken = self._instance(stage.name, ports, source if stage.inputs else "", width)
        return taken

    def choose(self, taken: Wires, bits: Sequence[Bit]) -> Wires:
        """Some of the bits of some values, complements and constants."""
        names = _Names(taken.values)
        chosen = f"chosen_{self.number}"
        source = concatenation([wire(bit, names) for bit in bits])
        self.lines.append(f"wire [{len(bits) - 1}:0] {chosen} = {source};")
        return Wires(taken.valid, chosen)

    def _instance(self, module: str, given: Sequence[str], source: str, width: int) -> Wires:
        self.number += 1
        valid, values = f"valid_{self.number}", f"values_{self.number}"
        ports = [".clk(clk)", *given, f".out_valid({valid})"]
        self.lines.append(f"wire {valid};")
        if source:
            ports.append(f".x({source})")
        if width:
            self.lines.append(f"wire [{width - 1}:0] {values};")
            ports.append(f".y({values})")
        self.lines.append(f"{module} part_{self.number}({', '.join(ports)});")
        return Wires(valid, values)


class _Names(dict[int, str]):
    """The Verilog of each bit of a vector."""

    def __init__(self, vector: str) -> None:
        super().__init__()
        self._vector = vector

    def __missing__(self, signal: int) -> str:
        return f"{self._vector}[{signal}]"
