"""Verilog of a streaming network's top: its modules in a row."""

from __future__ import annotations

from collections.abc import Sequence

from hls_projects.logic.bits import Bit
from hls_projects.rtl.emit.verilog import TOP, concatenation, wire
from hls_projects.rtl.pipeline.stages import RegisterStage
from hls_projects.rtl.stream.streaming import PixelStage, Stream

HEADER = """\
// Convolutional sparse ternary network; generated, one pixel a clock cycle.
// x: {inputs_a_cycle} integers of {input_bits} bits, the first one lowest; {pixels} pixels make a
// image, row by row, with or without gaps.  y: {classes} logits of {logit_bits} bits, two's
// complement, the first one lowest, {latency} cycles after the first pixel of an image without
// gaps.  Images may follow each other at once; their results then come as often as images
// enter, though some cycles later where pixels of the next image push on those at an edge.
"""


def stream_top(stream: Stream) -> str:
    """Module `top`: valid and values from element to element."""
    chain = _Chain()
    for element in stream.elements:
        if isinstance(element, PixelStage):
            chain.add_stages(element.stages)
            chain.choose(element.outputs)
        else:
            chain.add_module(element.name, element.output_width)
    chain.add_stages(stream.tail.stages)
    logits = [bit for number in stream.tail.logits for bit in number]
    chain.choose(logits)
    chain.lines += [f"assign out_valid = {chain.valid};", f"assign y = {chain.values};"]
    return TOP.format(
        input_high=stream.plan.width - 1, output_high=len(logits) - 1, body="\n".join(chain.lines)
    )


class _Chain:
    """Lines of a module body; `valid` and `values` are what its last instance gave."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.valid, self.values = "in_valid", "x"
        self.number = 0

    def add_module(self, name: str, width: int) -> None:
        """An instance that takes all of `values` and gives `width` bits."""
        self._instance(name, self.values, width)

    def add_stages(self, stages: Sequence[RegisterStage]) -> None:
        """Instances in a row; the first one takes those of `values` that it uses."""
        for position, stage in enumerate(stages):
            used = [f"{self.values}[{i}]" for i in stage.inputs]
            source = self.values if position else concatenation(used)
            self._instance(stage.name, source if stage.inputs else "", len(stage.registered))

    def choose(self, bits: Sequence[Bit]) -> None:
        """Replaces `values` by some of its bits, complements and constants."""
        names = _Names(self.values)
        chosen = f"chosen_{self.number}"
        source = concatenation([wire(bit, names) for bit in bits])
        self.lines.append(f"wire [{len(bits) - 1}:0] {chosen} = {source};")
        self.values = chosen

    def _instance(self, module: str, source: str, width: int) -> None:
        self.number += 1
        valid, values = f"valid_{self.number}", f"values_{self.number}"
        ports = [".clk(clk)", f".in_valid({self.valid})", f".out_valid({valid})"]
        self.lines.append(f"wire {valid};")
        if source:
            ports.append(f".x({source})")
        if width:
            self.lines.append(f"wire [{width - 1}:0] {values};")
            ports.append(f".y({values})")
        self.lines.append(f"{module} part_{self.number}({', '.join(ports)});")
        self.valid, self.values = valid, values


class _Names(dict[int, str]):
    """The Verilog of each bit of a vector."""

    def __init__(self, vector: str) -> None:
        super().__init__()
        self._vector = vector

    def __missing__(self, signal: int) -> str:
        return f"{self._vector}[{signal}]"
