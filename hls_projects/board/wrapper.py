"""Verilog of a board: the serial line around a network, and the PLL and pins of the device."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hls_projects.board.board_file import BoardFile
from hls_projects.board.device.pll import Pll
from hls_projects.board.protocol import Hello, pack_images

VERILOG = Path(__file__).parent / "verilog"
SOURCES = "serial.v", "frames.v", "executor.v", "wrapper.v"
# Its memories are read from files as soon as Yosys sees it.
SELF_TEST = "self_test.v"
LARGEST_DIVISOR = (1 << 16) - 1
SMALLEST_DIVISOR = 4
LONGEST_HELLO = 1024
# Bit times without a byte after which a frame has ended too early, and after which a line is quiet.
TIMEOUT = 1 << 15
QUIET = 256

BARE = """\
module board(input clk, input rx, output tx, output led);
{wrapper}
endmodule
"""

ON_DEVICE = """\
module board(input clk, input rx, output tx, output led{ports});
wire fed_back, out, locked, network_clk, lit;
(* ICP_CURRENT="12" *) (* LPF_RESISTOR="8" *) (* MFG_ENABLE_FILTEROPAMP="1" *)
(* MFG_GMCREF_SEL="2" *)
EHXPLLL #(
{parameters}
) pll(
    .CLKI(clk), .CLKFB(fed_back), .CLKOP(fed_back), .CLKOS(out), .LOCK(locked),
    .RST(1'b0), .STDBY(1'b0), .PHASESEL0(1'b0), .PHASESEL1(1'b0), .PHASEDIR(1'b1),
    .PHASESTEP(1'b1), .PHASELOADREG(1'b1), .PLLWAKESYNC(1'b0), .ENCLKOP(1'b0), .ENCLKOS(1'b0)
);
// No clock before it is steady.
DCCA gate(.CLKI(out), .CE(locked), .CLKO(network_clk));
{wrapper}
assign led = {led};
{assignments}
endmodule
"""

PLL = {
    "PLLRST_ENA": '"DISABLED"', "INTFB_WAKE": '"DISABLED"', "STDBY_ENABLE": '"DISABLED"',
    "DPHASE_SOURCE": '"DISABLED"', "OUTDIVIDER_MUXA": '"DIVA"', "OUTDIVIDER_MUXB": '"DIVB"',
    "OUTDIVIDER_MUXC": '"DIVC"', "OUTDIVIDER_MUXD": '"DIVD"', "CLKOP_ENABLE": '"ENABLED"',
    "CLKOS_ENABLE": '"ENABLED"', "CLKOP_FPHASE": "0", "CLKOS_FPHASE": "0",
    "FEEDBK_PATH": '"CLKOP"',
}


@dataclass(frozen=True)
class Wrapper:
    """What stands around a network.

    Args:
        hello: what the board says of itself.
        divisor: clock cycles a bit of the line, 4 to 65,535.
        timeout: bit times without a byte after which a frame has ended too early.
        quiet: bit times without a byte after which a damaged frame is over.

    Raises:
        ValueError: for a divisor outside its range.
    """

    hello: Hello
    divisor: int
    timeout: int = TIMEOUT
    quiet: int = QUIET

    def __post_init__(self) -> None:
        if not SMALLEST_DIVISOR <= self.divisor <= LARGEST_DIVISOR:
            raise ValueError(
                f"a bit must take {SMALLEST_DIVISOR} to {LARGEST_DIVISOR:,} clock cycles; change "
                f"`baud`. Received: {self.divisor}"
            )

    def bare(self) -> str:
        """Verilog of module `board` without PLL, for simulation; `top` is the network."""
        return self._with_sources("settable.v", BARE.format(wrapper=self._instance("clk", "led")))

    def on_device(self, board: BoardFile, pll: Pll) -> str:
        """Verilog of module `board` for a device; `top` is the network."""
        pins = range(len(board.high))
        text = ON_DEVICE.format(
            ports="".join(f", output high_{i}" for i in pins),
            parameters=_parameters({**PLL, **pll.parameters()}),
            wrapper=self._instance("network_clk", "lit"),
            led="lit" if board.led_on else "!lit",
            assignments="\n".join(f"assign high_{i} = 1'b1;" for i in pins),
        )
        return self._with_sources("settable_ecp5.v", text)

    def _with_sources(self, settable: str, top: str) -> str:
        names = (settable, *SOURCES, *([SELF_TEST] if self.hello.images else []))
        sources = [(VERILOG / name).read_text(encoding="utf-8") for name in names]
        return "\n".join([*sources, top])

    def _instance(self, clock: str, led: str) -> str:
        hello = self.hello
        text = replace(hello, kilohertz=0).encode()
        if len(text) > LONGEST_HELLO:
            raise ValueError(
                f"`name` must leave a hello of {LONGEST_HELLO} bytes. Received: {len(text)}"
            )
        width = hello.bits * math.prod(hello.shape) // hello.pixels
        parameters = {
            "NETWORK": f"32'h{hello.network:08x}",
            "WIDTH": width,
            "PIXELS": hello.pixels,
            "BYTES": hello.image_bytes,
            "CLASSES": hello.classes,
            "LOGIT_BITS": hello.logit_bits,
            "RESULT_BYTES": hello.result_bytes,
            "IMAGES": hello.images,
            "HELLO_BYTES": len(text),
            "HELLO_TEXT": f"{8 * len(text)}'h{text[::-1].hex()}",
            "TIMEOUT": f"16'd{self.timeout}",
            "QUIET": f"16'd{self.quiet}",
            "DIVISOR": f"16'd{self.divisor}",
            "KILOHERTZ": f"20'd{hello.kilohertz}",
        }
        ports = f".clk({clock}), .rx(rx), .tx(tx), .led({led})"
        return f"wrapper #(\n{_parameters(parameters)}\n) wrapper({ports});"


def memory_files(hello: Hello, x_int: np.ndarray, logits: np.ndarray) -> dict[str, str]:
    """Contents of a self-test's block RAMs, by the names of the files that Verilog reads.

    Args:
        hello: of the board.
        x_int: integer samples (n, …).
        logits: integers (n, classes) that they must give.
    """
    width = hello.bits * math.prod(hello.shape) // hello.pixels
    outputs = hello.classes * hello.logit_bits
    words = [
        int.from_bytes(payload, "little") >> width * pixel & (1 << width) - 1
        for payload in pack_images(x_int, hello.bits) for pixel in range(hello.pixels)
    ]
    results = [
        int.from_bytes(payload, "little")
        for payload in pack_images(logits % (1 << hello.logit_bits), hello.logit_bits)
    ]
    return {"inputs.hex": _hex(words, width), "logits.hex": _hex(results, outputs)}


def _hex(words: list[int], bits: int) -> str:
    return "".join(f"{word:0{-(-bits // 4)}x}\n" for word in words)


def _parameters(values: Mapping[str, object]) -> str:
    return ",\n".join(f"    .{name}({value})" for name, value in values.items())


def constraints(board: BoardFile) -> str:
    """Places of the ports of module `board`, for nextpnr."""
    pins = {"clk": board.clock, "rx": board.rx, "tx": board.tx, "led": board.led}
    pins |= {f"high_{i}": pin for i, pin in enumerate(board.high)}
    pull = {"rx": " PULLMODE=UP"}
    lines = [f'FREQUENCY PORT "clk" {board.megahertz:g} MHZ;']
    for port, pin in pins.items():
        lines.append(f'LOCATE COMP "{port}" SITE "{pin}";')
        lines.append(f'IOBUF PORT "{port}" IO_TYPE={board.standard}{pull.get(port, "")};')
    return "\n".join([*lines, ""])
