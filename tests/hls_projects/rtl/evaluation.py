"""Evaluates a pipeline in NumPy, 64 samples a word: the oracle of what the netlist computes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hls_projects.logic.bits import CONSTANT, Bit
from hls_projects.logic.netlist import DualLut
from hls_projects.rtl.chains.carry4_counters import CarryChain
from hls_projects.rtl.chains.ccu2c_counters import LutChain
from hls_projects.rtl.pipeline.stages import Pipeline, RegisterStage

Words = np.ndarray
Signals = dict[int, Words]


def evaluate(pipeline: Pipeline, x_int: np.ndarray, bits: int) -> np.ndarray:
    """Integer inputs (samples, …) of `bits` bits to logits (samples, classes), int32."""
    samples = len(x_int)
    flat = x_int.reshape(samples, -1).astype(np.int64)
    planes = (flat[:, :, None] >> np.arange(bits) & 1).astype(np.uint8).reshape(samples, -1)
    words = [_pack(plane) for plane in planes.T]
    for stage in pipeline.stages:
        values = {signal: words[i] for i, signal in enumerate(_port(stage, pipeline))}
        words = evaluate_stage(stage, values, len(_pack(planes[:, 0])))
    columns = [_number(number, words, samples) for number in pipeline.logits]
    return np.stack(columns, axis=1).astype(np.int32)


def evaluate_stage(stage: RegisterStage, values: Signals, length: int) -> list[Words]:
    """Values of the registered signals from those of the inputs, `length` words each."""
    values = {**values, CONSTANT: np.zeros(length, np.uint64)}
    for node in stage.netlist.nodes:
        if isinstance(node, CarryChain):
            _evaluate_chain(node, values)
            continue
        if isinstance(node, LutChain):
            _evaluate_lut_chain(node, values, length)
            continue
        inputs = [values[signal] for signal in node.inputs]
        tables = node.tables if isinstance(node, DualLut) else (node.table,)
        for output, table in zip(node.outputs, tables, strict=True):
            values[output] = _look_up(table, inputs, length)
    return [values[signal] for signal in stage.registered]


def _port(stage: RegisterStage, pipeline: Pipeline) -> Sequence[int]:
    first = stage is pipeline.stages[0]
    return range(stage.netlist.inputs) if first else stage.inputs


def _pack(plane: np.ndarray) -> Words:
    padded = np.zeros(-(-len(plane) // 64) * 64, np.uint8)
    padded[: len(plane)] = plane
    return np.packbits(padded, bitorder="little").view(np.uint64)


def _number(bits: Sequence[Bit], words: list[Words], samples: int) -> np.ndarray:
    """The two's complement numbers in `bits`, (samples,) int64."""
    total = np.zeros(samples, np.int64)
    for place, bit in enumerate(bits):
        plane = np.zeros(samples, np.int64)
        if not bit.constant:
            plane += np.unpackbits(words[bit.signal].view(np.uint8), bitorder="little")[:samples]
        sign = -1 if place == len(bits) - 1 else 1
        total += sign * (plane ^ bit.inverted) << place
    return total


def _look_up(table: Sequence[int], inputs: list[Words], length: int) -> Words:
    """A truth table by multiplexers, the highest input first."""
    if len(set(table)) == 1:
        return np.full(length, ~np.uint64(0) if table[0] else np.uint64(0))
    half = len(table) // 2
    low = _look_up(table[:half], inputs[:-1], length)
    high = _look_up(table[half:], inputs[:-1], length)
    return low ^ (inputs[-1] & (low ^ high))


def _evaluate_chain(chain: CarryChain, values: Signals) -> None:
    carry = _value(chain.carry_in, values)
    for propagate, generate, output in zip(
        chain.propagates, chain.generates, chain.outputs, strict=False
    ):
        selects = values[propagate]
        values[output] = selects ^ carry
        carry = (selects & carry) | (~selects & _value(generate, values))
    values[chain.outputs[-1]] = carry


def _evaluate_lut_chain(chain: LutChain, values: Signals, length: int) -> None:
    carry = _value(chain.carry_in, values)
    for stage, output in zip(chain.positions, chain.outputs, strict=False):
        pins = [_value(pin, values) for pin in stage.pins]
        selects = _look_up(stage.table, pins, length)
        generates = _look_up(stage.table[:4], pins[:2], length)
        values[output] = selects ^ carry
        carry = (selects & carry) | (~selects & generates)
    values[chain.outputs[-1]] = carry


def _value(bit: Bit, values: Signals) -> Words:
    return ~values[bit.signal] if bit.inverted else values[bit.signal]
