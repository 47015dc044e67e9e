"""Many networks in one C++ compilation, and in one Verilog simulation."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.hls4ml_front_end.registration import SHIFTED
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import RtlDesign, RtlSimulation, SimulationError, write_rtl
from hls_projects.verification.csim import FLAGS, run_compiler
from hls_projects.verification.csim_entry import TRANSFER, run_function
from tests.fuzz.networks import NetworkPiece

# What every project includes: once, outside of all namespaces.
COMMON = """\
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <tuple>
#include "ap_fixed.h"
#include "ap_int.h"
#include "hls_stream.h"
#include "nnet_utils/nnet_types.h"
#include "nnet_utils/nnet_code_gen.h"
#include "nnet_utils/nnet_helpers.h"
#include "nnet_utils/nnet_shifted.h"
#include "nnet_utils/nnet_sparse_ternary.h"
#include "nnet_utils/nnet_stream.h"
"""

ENTRY = """\
namespace {name}_space {{
namespace nnet {{ using namespace ::nnet; }}
#include "{top_file}"
{undefine}
{body}
}}
"""
# Of one pixel, images are pipelines too.
MODULES = re.compile(r"\b(top|collect|(?:layer|window|join|order|multiplexed)_\d\w*)\b")
GAPS = (True, False, True, True, False)
OWN_HEADERS = ("defines.h", "parameters.h", "nnet_utils/*_[0-9]*.h")


@dataclass(frozen=True)
class Case:
    """A network, what was drawn, and integer inputs (samples, *shape) that all execute."""

    piece: NetworkPiece
    network: IntegerNetwork
    x_int: np.ndarray


def csim_logits(cases: Sequence[Case], folder: Path) -> list[np.ndarray]:
    """Logits (samples, classes) of every network's hls4ml project, compiled as one program."""
    entries = [_project(case, f"net{number}", folder) for number, case in enumerate(cases)]
    firmware = folder / "net0" / "firmware"
    (firmware / "nnet_utils" / SHIFTED.name).write_bytes(SHIFTED.read_bytes())
    source, library = folder / "batch.cpp", folder / "batch.so"
    source.write_text(COMMON + TRANSFER + "".join(entries))
    includes = [f"-I{firmware}", f"-I{firmware / 'ap_types'}"]
    run_compiler(["g++", *FLAGS, *includes, str(source), "-o", str(library)])
    loaded = ctypes.CDLL(str(library))
    return [_run(loaded[f"net{number}_run"], case) for number, case in enumerate(cases)]


def _project(case: Case, name: str, folder: Path) -> str:
    """Writes a network's project; returns the C++ that includes it."""
    model = build_hls_model(
        case.network,
        folder / name,
        project_name=name,
        strategy=case.piece.strategy,
        io_type=case.piece.io_type,
    )
    model.write()
    firmware = folder / name / "firmware"
    headers = [path for pattern in OWN_HEADERS for path in firmware.glob(pattern)]
    guards = [re.search(r"#ifndef (\w+)", path.read_text())[1] for path in headers]
    # Absolute paths: every project has files of the same names.
    for path in (firmware / f"{name}.cpp", firmware / f"{name}.h", firmware / "parameters.h"):
        path.write_text(re.sub(
            r'#include "((?:nnet_utils/\w+_\d+|defines|parameters|net\d+)\.h)"',
            rf'#include "{firmware}/\1"', path.read_text(),
        ))
    variables = model.get_input_variables(), model.get_output_variables()
    return ENTRY.format(
        name=name,
        top_file=firmware / f"{name}.cpp",
        undefine="\n".join(f"#undef {guard}" for guard in guards),
        body=run_function(f"{name}_run", name, "int32_t", *variables),
    )


def _run(function: ctypes._CFuncPtr, case: Case) -> np.ndarray:
    x = np.ascontiguousarray(case.x_int, np.int32)
    logits = np.zeros((len(x), case.network.classes), np.int32)
    pointer = ctypes.c_void_p
    function.argtypes, function.restype = [pointer, pointer, ctypes.c_size_t], None
    function(x.ctypes.data, logits.ctypes.data, len(x))
    return logits


def _design(case: Case, folder: Path) -> RtlDesign:
    piece = case.piece
    options = {
        "target": piece.target, "optimize": piece.optimize, **piece.registers
    }
    if case.piece.time_multiplex:
        try:
            return write_rtl(case.network, folder, **options, time_multiplex=True)
        except ValueError as error:
            if "multiplex" not in str(error):
                raise
    return write_rtl(case.network, folder, **options)


def rtl_logits(cases: Sequence[Case], folder: Path) -> list[np.ndarray]:
    """Logits (samples, classes) of every network's Verilog.

    Pipelines are simulated as one design; networks that take an image pixel by pixel alone, half
    of the images without gaps between pixels and half with gaps.

    Raises:
        SimulationError: if out_valid of any network comes early, late or not at all.
    """
    designs = [_design(case, folder / f"net{number}") for number, case in enumerate(cases)]
    pairs = list(zip(cases, designs, strict=True))
    pipelines = iter(_pipeline_logits([p for p in pairs if p[1].pixels == 1], folder))
    return [
        next(pipelines) if design.pixels == 1 else _stream_logits(case, design)
        for case, design in pairs
    ]


def _stream_logits(case: Case, design: RtlDesign) -> np.ndarray:
    simulation = RtlSimulation(design)
    simulation.predict(case.x_int[:1])
    _check_latency(simulation, design)
    half = len(case.x_int) // 2
    parts = simulation.predict(case.x_int[:half]), simulation.predict(case.x_int[half:], GAPS)
    return np.concatenate(parts)


def _check_latency(simulation: RtlSimulation, design: RtlDesign) -> None:
    if simulation.latency != design.latency:
        raise SimulationError(f"{simulation.latency} cycles instead of {design.latency}")


def _pipeline_logits(
    pairs: Sequence[tuple[Case, RtlDesign]], folder: Path
) -> list[np.ndarray]:
    if not pairs:
        return []
    samples = max(len(case.x_int) for case, _ in pairs)
    bits = [_bits(case, design, samples) for case, design in pairs]
    designs = [design for _, design in pairs]
    together = _together(designs, folder / "batch.v")
    simulation = RtlSimulation(together)
    # One-bit numbers in two's complement are 0 and -1.
    outputs = -simulation.predict(np.concatenate(bits, axis=1))
    _check_latency(simulation, together)
    widths = [design.classes * design.logit_bits for design in designs]
    parts = np.split(outputs, np.cumsum(widths)[:-1], axis=1)
    return [
        _numbers(part, design)[: len(case.x_int)]
        for part, (case, design) in zip(parts, pairs, strict=True)
    ]


def _bits(case: Case, design: RtlDesign, samples: int) -> np.ndarray:
    """Port x, (samples, bits), the lowest first; shorter streams are repeated."""
    flat = np.resize(case.x_int, (samples, *case.network.input.shape)).reshape(samples, -1)
    return (flat[:, :, None] >> np.arange(design.input_bits) & 1).reshape(samples, -1)


def _numbers(bits: np.ndarray, design: RtlDesign) -> np.ndarray:
    weights = 1 << np.arange(design.logit_bits, dtype=np.int64)
    weights[-1] *= -1
    return bits.reshape(len(bits), design.classes, design.logit_bits) @ weights


def _together(designs: Sequence[RtlDesign], path: Path) -> RtlDesign:
    """One design of all: x and y side by side, results of short pipelines delayed."""
    latency = max(design.latency for design in designs)
    texts, body, x_low, y_low = [], [], 0, 0
    for number, design in enumerate(designs):
        prefix = f"net{number}_"
        text = design.verilog.read_text()
        texts.append(MODULES.sub(rf"{prefix}\1", text))
        wide_in = design.inputs * design.input_bits
        wide_out = design.classes * design.logit_bits
        stages = latency - design.latency + 1
        body += [
            f"wire [{wide_out}:0] {prefix}0;",
            f"net{number}_top {prefix}instance(.clk(clk), .in_valid(in_valid), "
            f".x(x[{x_low + wide_in - 1}:{x_low}]), .y({prefix}0[{wide_out - 1}:0]), "
            f".out_valid({prefix}0[{wide_out}]));",
        ]
        for stage in range(1, stages):
            body.append(f"reg [{wide_out}:0] {prefix}{stage} = 0;")
            body.append(f"always @(posedge clk) {prefix}{stage} <= {prefix}{stage - 1};")
        last = f"{prefix}{stages - 1}"
        body.append(f"assign y[{y_low + wide_out - 1}:{y_low}] = {last}[{wide_out - 1}:0];")
        body.append(f"assign valid[{number}] = {last}[{wide_out}];")
        x_low, y_low = x_low + wide_in, y_low + wide_out
    # Any disagreement of the valids makes too few results, or too many.
    top = (
        f"module top(input clk, input in_valid, input [{x_low - 1}:0] x, "
        f"output out_valid, output [{y_low - 1}:0] y);\n"
        f"wire [{len(designs) - 1}:0] valid;\nreg odd = 0;\n"
        "wire differ = &valid ^ |valid;\nalways @(posedge clk) odd <= odd | differ;\n"
        "assign out_valid = |valid | odd;\n" + "\n".join(body) + "\nendmodule\n"
    )
    path.write_text("\n".join([*texts, top]))
    return RtlDesign(path, x_low, 1, y_low, 1, latency, 0, 0, 0, ())
