"""Drives a network behind an AXI DMA from Python, on an AMD board with PYNQ; needs NumPy alone.

`convert.py --wrapper axis` copies this file beside the Verilog.  It was tried with a stand-in for
the `pynq` package, on no board.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

FIELDS = {1: np.uint8, 2: np.uint16, 4: np.uint32}


class NetworkOverlay:
    """The network in the programmable logic, called like a model.

    Args:
        bitfile: the bitstream, with its .hwh file beside it.
        network: network.npz of the run: how floats become integers.
        streams: streams.json of the wrapper: bytes of a beat, and beats of a sample.
        dma: name of the DMA in the block design.

    Raises:
        ModuleNotFoundError: without the `pynq` package.
        ValueError: if `network` and `streams` are not of one network.
    """

    def __init__(
        self, bitfile: str, network: str | Path, streams: str | Path, dma: str = "dma"
    ) -> None:
        from pynq import Overlay, allocate

        with np.load(network, allow_pickle=False) as file:
            header = json.loads(bytes(file["header"]).decode("utf-8"))
        self.input, self.classes = header["input"], header["classes"]
        found = json.loads(Path(streams).read_text(encoding="utf-8"))
        inputs = int(np.prod(self.input["shape"]))
        if (found["inputs"], found["classes"]) != (inputs, self.classes):
            raise ValueError(f"`streams` must be of {inputs} inputs and {self.classes} logits. "
                             f"Received: {found}")
        self.overlay = Overlay(bitfile)
        self.dma = getattr(self.overlay, dma)
        self.sent = allocate((inputs,), FIELDS[found["in_bytes"]])
        self.taken = allocate((self.classes,), FIELDS[found["out_bytes"]])

    def predict(self, x: Any) -> np.ndarray:
        """Integer logits (batch, classes), int32, of floats (batch, *shape) in units of training.

        Raises:
            ValueError: for another shape, NaN, or a network of several inputs of different widths,
                whose integers `run` takes.
        """
        if self.input.get("parts"):
            raise ValueError("inputs of different widths enter as integers: take `run`")
        return self.run(quantize(x, self.input))

    def run(self, x_int: Any) -> np.ndarray:
        """Integer logits (batch, classes), int32, of integers (batch, *shape).

        Raises:
            ValueError: for another shape, other values than integers, or integers out of range.
        """
        x_int = np.asarray(x_int)
        lowest, highest = bounds(self.input)
        if x_int.shape[1:] != tuple(self.input["shape"]) or x_int.dtype.kind not in "iub":
            raise ValueError(f"`x_int` must be integers (batch, {self.input['shape']}). "
                             f"Received: {x_int.dtype} {x_int.shape}")
        if x_int.size and not lowest <= x_int.min() <= x_int.max() <= highest:
            raise ValueError(f"`x_int` must be integers from {lowest} to {highest}. "
                             f"Received: from {x_int.min()} to {x_int.max()}")
        logits = np.empty((len(x_int), self.classes), np.int32)
        for place, sample in enumerate(x_int.reshape(len(x_int), -1)):
            # A packet is one sample, so a transfer is: its end gives tlast.
            self.sent[:] = sample.astype(np.int64).astype(self.sent.dtype)
            self.dma.recvchannel.transfer(self.taken)
            self.dma.sendchannel.transfer(self.sent)
            self.dma.sendchannel.wait()
            self.dma.recvchannel.wait()
            taken = np.asarray(self.taken)
            logits[place] = taken.view(f"i{taken.itemsize}")
        return logits


def bounds(form: dict[str, Any]) -> tuple[int, int]:
    """Lowest and highest integer of an input format."""
    half = 1 << form["bits"] - 1
    return (-half, half - 1) if form["signed"] else (0, 2 * half - 1)


def quantize(x: Any, form: dict[str, Any]) -> np.ndarray:
    """clip(floor(x / scale), lowest, highest) in float32; denormal numbers count as 0.

    Args:
        x: floats (batch, *shape).
        form: the input format of network.npz's header.

    Raises:
        ValueError: for NaN.
    """
    x = np.asarray(x, np.float32)
    if np.isnan(x).any():
        raise ValueError("`x` must not hold NaN.")
    tiny = np.finfo(np.float32).tiny
    steps = np.where(np.abs(x) < tiny, 0, x) / np.asarray(form["scale"], np.float32)
    steps = np.floor(np.where(np.abs(steps) < tiny, 0, steps))
    return np.clip(steps, *bounds(form)).astype(np.int32)
