"""What cocotb runs inside Icarus: samples in, logits out, with random pauses on both sides."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

CASE = json.loads(Path(os.environ["AXIS_CASE"]).read_text()) if "AXIS_CASE" in os.environ else {}


def pauses(share: float, seed: int):
    rng = random.Random(seed)
    while True:
        yield rng.random() < share


async def started(dut):
    cocotb.start_soon(Clock(dut.aclk, 10, "ns").start())
    dut.aresetn.value = 0
    source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.aclk, dut.aresetn,
                             reset_active_level=False)
    sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.aclk, dut.aresetn,
                         reset_active_level=False)
    await ClockCycles(dut.aclk, 5)
    dut.aresetn.value = 1
    await RisingEdge(dut.aclk)
    return source, sink


def request(sample):
    return AxiStreamFrame(b"".join(
        (value % (1 << 8 * CASE["in_bytes"])).to_bytes(CASE["in_bytes"], "little")
        for value in sample))


async def received(sink):
    data, size = bytes((await sink.recv()).tdata), CASE["out_bytes"]
    return [int.from_bytes(data[i : i + size], "little", signed=True)
            for i in range(0, len(data), size)]


@cocotb.test()
async def every_sample_is_answered_whoever_pauses(dut):
    source, sink = await started(dut)
    for share in (0.0, 0.3, 0.8):
        source.set_pause_generator(pauses(share, 1))
        sink.set_pause_generator(pauses(share, 2))
        for sample in CASE["samples"]:
            await source.send(request(sample))
        for logits in CASE["logits"]:
            assert await received(sink) == logits
    assert sink.empty()


@cocotb.test()
async def a_sample_of_another_length_is_dropped(dut):
    source, sink = await started(dut)
    samples, logits = CASE["samples"], CASE["logits"]
    for wrong in (samples[0][:-1], samples[0] + [0], samples[0] * 2, [1], samples[0] * 2 + [1]):
        await source.send(request(wrong))
        await source.send(request(samples[1]))
        assert await received(sink) == logits[1]
    assert sink.empty()


@cocotb.test()
async def a_reset_forgets_what_is_under_way(dut):
    source, sink = await started(dut)
    samples, logits = CASE["samples"], CASE["logits"]
    for wait in (3, len(samples[0]) + 1, len(samples[0]) + 3, len(samples[0]) + 12):
        sink.pause = True
        await source.send(request(samples[0]))
        await ClockCycles(dut.aclk, wait)
        dut.aresetn.value = 0
        source.clear()
        await ClockCycles(dut.aclk, 2)
        dut.aresetn.value = 1
        await ClockCycles(dut.aclk, 3 * len(samples[0]) + 20)
        sink.clear()
        sink.pause = False
        await source.send(request(samples[1]))
        assert await received(sink) == logits[1]
