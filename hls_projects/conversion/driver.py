"""One conversion: hls4ml project, Verilog, and the comparison of every integer output."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hls_projects.conversion.boards.on_board import OnBoard, convert_to_board, prove_on_board
from hls_projects.conversion.compared_samples import test_data
from hls_projects.conversion.cpp_proof import prove_project
from hls_projects.conversion.model_source import ModelSource
from hls_projects.conversion.options import ConversionOptions
from hls_projects.conversion.readme import write_hls_readme
from hls_projects.conversion.rtl.convert import convert_to_rtl
from hls_projects.conversion.rtl.verilog_design import Verilog, tolerated
from hls_projects.families import ECP5
from qkeras_models.files.run_folder import RunFolder

if TYPE_CHECKING:
    from hls4ml.model import ModelGraph

    from hls_projects.conversion.compared_samples import TestData
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.proof.keras import KerasProof
    from hls_projects.tools.vendor_tools import VendorReport
    from hls_projects.verification.csim import CSimulation


@dataclass(frozen=True, eq=False)
class Conversion:
    """What a conversion found, for reports.

    Attributes:
        source: what was converted.
        options: how.
        model: the Keras model; None where an integer network was converted.
        network: what hardware computes.
        data: what it was compared on.
        exactness: samples, logits, mismatches, executions, times in seconds, notes.
        vendor: the report of the vendor's tool; None if it was not run.
        verilog: each Verilog design that was written, and what tools made of it.
        board: the bitstream and what its simulation said; None without one.
    """

    source: ModelSource
    options: ConversionOptions
    model: Any
    network: IntegerNetwork
    data: TestData
    exactness: dict[str, Any]
    vendor: VendorReport | None
    verilog: Verilog
    board: OnBoard | None = None


Step = Callable[[str], Any]


def convert(
    source: ModelSource, options: ConversionOptions, step: Step
) -> Conversion:
    """Writes network.npz, hls/ and rtl/ into the source's folder, and compares their outputs.

    Args:
        source: the model and the folder.
        options: how to convert it.
        step: a context manager around each long step, given its description.

    Raises:
        ValueError: for a model that cannot be converted, or an option out of range.
        ExactnessError: if C-simulation and Keras differ; report/mismatch.json says where.
    """
    from hls_projects.conversion.preflight import memory_warning
    from hls_projects.proof.counterexample.record import CPP, write_counterexamples
    from hls_projects.rtl import check_feasible
    from training.console import report

    started = time.monotonic()
    if not (source.trained or options.csim):
        raise ValueError(
            f"{source.model} holds no Keras model to compare with: leave out `--no-csim`"
        )
    with step("reading the model"):
        model, network, keras_proof = _read(source, options)
    if options.rtl is not None:
        check_feasible(options.rtl.built(network), options.rtl.time_multiplex)
    if warning := memory_warning(network, options.csim):
        report(f"warning: {warning}")
    file = source.model if source.trained else None
    data = test_data(network, options.data, source.record, options.samples, file)
    source.folder.mkdir(parents=True, exist_ok=True)
    network.save(RunFolder(source.folder).network)
    with step(f"writing the {options.backend} project"):
        hls_model = _write_project(model, network, source, options)
    if options.wrapper == "hls":
        _check_black_box(hls_model)
    converted = time.monotonic() - started
    exactness, csim = _compared(model, network, hls_model, data, source.folder, options, step)
    exactness["convert_seconds"] = round(converted, 1)
    vendor = _synthesize(hls_model, options, step)
    verilog = Verilog()
    exactness["proofs"] = [] if keras_proof is None else [str(keras_proof)]
    project = prove_project(network, RunFolder(source.folder).hls, options, step, csim)
    exactness["proofs"] += project.lines
    if options.rtl is not None:
        verilog = convert_to_rtl(network, data.x, source.folder, options.rtl, step)
        exactness["executions"] += ["RTL simulation"] if verilog.simulated else []
    cpp = {} if project.counterexample is None else {CPP: project.counterexample}
    exactness["counterexamples"] = write_counterexamples(
        {**cpp, **verilog.counterexamples}, RunFolder(source.folder))
    if keras_proof is not None and keras_proof.differences:
        verilog.failures.append(str(keras_proof))
    verilog.failures += project.failures
    if options.wrapper is not None:
        _wrap(verilog, source, options)
    board = _on_board(network, data, verilog, source, options, step)
    if board is not None:
        exactness["executions"].append(board.execution)
        exactness["board"] = board.document()
        prove_on_board(board, network, verilog, options, step)
    exactness["proofs"] += verilog.proofs
    return Conversion(source, options, model, network, data, exactness, vendor, verilog, board)


def _check_black_box(hls_model: ModelGraph) -> None:
    """Raises ValueError for an HLS project that no black box of one array can call."""
    inputs = len(hls_model.get_input_variables())
    io_type = hls_model.config.get_config_value("IOType")
    if inputs > 1 or io_type != "io_parallel":
        raise ValueError(
            "`--wrapper hls` is of networks of one input, all of whose values are there at once "
            f"(io_parallel). Received: {inputs} input(s), {io_type}"
        )


def _wrap(verilog: Verilog, source: ModelSource, options: ConversionOptions) -> None:
    """Writes the run's axis/ or blackbox/ for the first design, of the first family asked for."""
    from hls_projects.board.axis.package import PART, write_axis
    from hls_projects.rtl.emit.blackbox import write_blackbox

    run, design = RunFolder(source.folder), verilog.designs[0].design
    if options.wrapper == "hls":
        project = options.project_name or identifier(source.name)
        write_blackbox(design, run.blackbox, project=project)
    else:
        write_axis(design, run.axis, name=source.name, part=options.part or PART)


def _on_board(
    network: IntegerNetwork,
    data: TestData,
    verilog: Verilog,
    source: ModelSource,
    options: ConversionOptions,
    step: Step,
) -> OnBoard | None:
    """The bitstream, if one was asked for; what a tool failed at is noted in `verilog`."""
    if options.board is None:
        return None
    (design,) = [written.design for written in verilog.designs if written.family is ECP5]
    x_int = network.input.quantize(data.x[: options.board.images])
    with tolerated(verilog, f"making a bitstream for {options.board.board}"):
        name = None if data.y is None else options.data or data.name
        return convert_to_board(network, design, x_int, source, options.board, step, name)
    return None


def _read(
    source: ModelSource, options: ConversionOptions
) -> tuple[Any, IntegerNetwork, KerasProof | None]:
    """The Keras model, None if there is none, the integer network, and whether both are equal."""
    from hls_projects.conversion.input_choice import choose_input_format
    from hls_projects.from_keras.converter import convert as convert_model
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.proof.keras import prove_converted
    from qkeras_models.files.saved_model import load_model

    if not source.trained:
        options.refuse_input_format("an integer network")
        return None, IntegerNetwork.load(source.model), None
    model = load_model(source.model)
    found = convert_model(model, choose_input_format(model, options, source.record))
    return model, IntegerNetwork(*found.parts), prove_converted(model, found)


def _write_project(
    model: Any, network: IntegerNetwork, source: ModelSource, options: ConversionOptions
) -> ModelGraph:
    from hls_projects.from_keras.keras_graph import keras_graph
    from hls_projects.hls4ml_front_end.build import build_hls_model

    # A model without an InputQuantizer does not hold the format that was chosen for it.
    quantized = model is None or keras_graph(model).quantizer_name is not None
    project = options.project_name or identifier(source.name)
    hls_model = build_hls_model(
        model or network,
        RunFolder(source.folder).hls,
        backend=options.backend,
        strategy=options.strategy,
        io_type=options.io_type,
        clock_period=options.clock_period,
        part=options.part,
        project_name=project,
        argmax=options.argmax,
        input_format=None if quantized else network.input,
    )
    hls_model.write()
    write_hls_readme(RunFolder(source.folder).hls, options.backend, project, options.argmax)
    return hls_model


def identifier(name: str) -> str:
    """A C++ identifier that resembles the name."""
    from hls_projects.hls4ml_front_end.checks import check_project_name

    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    try:
        check_project_name(plain)
    except ValueError:
        return f"network_{plain}"
    return plain


def _compared(
    model: Any,
    network: IntegerNetwork,
    hls_model: ModelGraph,
    data: TestData,
    folder: Path,
    options: ConversionOptions,
    step: Step,
) -> tuple[dict[str, Any], CSimulation | None]:
    """Compares Keras, if there is a model, the integer network and C-simulation, if asked for.

    Returns:
        What was compared, and the C-simulation.
    """
    from hls_projects.verification.csim import CSimulation
    from hls_projects.verification.exactness import compare

    simulation: CSimulation | None = None
    compile_seconds = None
    if options.csim:
        with step("compiling the C++ project"):
            started = time.monotonic()
            simulation = CSimulation(hls_model, write=False)
            compile_seconds = round(time.monotonic() - started, 1)
    with step(f"comparing integer logits on {len(data.x):,} samples of {data.name}"):
        report = RunFolder(folder).report
        result = compare(network, data.x, model=model, csim=simulation, folder=report)
    notes = result["note"], _dead(network), _left_out(model, options), data.note
    note = "; ".join(filter(None, notes))
    found = {**result, "compile_seconds": compile_seconds, "data": data.name, "note": note}
    return found, simulation


def _dead(network: IntegerNetwork) -> str:
    """Which layers have no weight left, so that what follows them is constant."""
    dead = [
        name for name, layer in zip(network.layer_names, network.layers, strict=True)
        if hasattr(layer, "weights") and not layer.nonzeros
    ]
    return f"all weights of {', '.join(dead)} are 0: its outputs are constant" if dead else ""


def _left_out(model: Any, options: ConversionOptions) -> str:
    from hls_projects.from_keras.keras_graph import keras_graph
    from hls_projects.from_keras.keras_tail import left_out

    return "" if model is None else left_out(keras_graph(model).tail, options.argmax)


def _synthesize(
    hls_model: ModelGraph, options: ConversionOptions, step: Step
) -> VendorReport | None:
    if not options.synthesize:
        return None
    from hls_projects.tools.vendor_tools import synthesize

    with step(f"running the vendor tool of {options.backend}"):
        return synthesize(hls_model)
