"""One conversion: hls4ml project, proof of exactness, report."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.estimate import estimated_resources
from reports.handover import write_hls_readme
from reports.model_source import ModelSource
from reports.network_score import accuracy, output_meanings
from reports.rtl_conversion import RtlOptions, RtlReport, convert_to_rtl
from reports.test_data import test_data

if TYPE_CHECKING:
    from hls4ml.model import ModelGraph

    from hls_projects.csim import CSimulation
    from hls_projects.integer_network import IntegerNetwork
    from reports.test_data import TestData


@dataclass(frozen=True)
class ConversionOptions:
    """What convert.py was told; see its help for units and ranges."""

    backend: str = "Vitis"
    strategy: str = "Latency"
    io_type: str | None = None
    clock_period: float = 5.0
    part: str | None = None
    project_name: str | None = None
    data: str | None = None
    samples: int | None = None
    csim: bool = True
    argmax: bool = False
    rtl: RtlOptions | None = None
    synthesize: bool = False

    def check(self) -> None:
        """Refuses what cannot work before any work is done.

        Raises:
            ValueError: for an option out of range.
            RuntimeError: naming a program that is missing.
        """
        from hls_projects.csim import require_compiler
        from hls_projects.hls4ml_front_end.checks import (
            check_backend,
            check_io_type,
            check_project_name,
            check_strategy,
        )
        from hls_projects.vendor_tools import find_program

        check_backend(self.backend)
        check_strategy(self.strategy)
        if self.io_type is not None:
            check_io_type(self.io_type)
        if self.project_name is not None:
            check_project_name(self.project_name)
        if self.part is not None and not re.fullmatch(r"[A-Za-z0-9_\-]+", self.part):
            raise ValueError(
                "`part` must be the name of an FPGA, as in xcvu9p-flga2104-2L-e. "
                f"Received: {self.part!r}"
            )
        if not 0 < self.clock_period < float("inf"):
            raise ValueError(f"`clock_period` must be > 0 ns. Received: {self.clock_period!r}")
        if self.argmax and self.rtl is not None:
            raise ValueError(
                "`--argmax` is of the HLS project alone, Verilog outputs the logits: leave out "
                "`--argmax`, or the options of Verilog"
            )
        if self.rtl is not None:
            self.rtl.check()
        if self.csim or self.rtl is not None:
            require_compiler()
        if self.synthesize:
            find_program(self.backend)


Step = Callable[[str], Any]


def convert(
    source: ModelSource, options: ConversionOptions, step: Step, commands: list[str]
) -> dict[str, Any]:
    """Writes network.npz, hls/ and report/ into the source's folder.

    Args:
        source: the model and the folder.
        options: how to convert it.
        step: a context manager around each long step, given its description.
        commands: the command lines that the report names.

    Returns:
        The report's document.

    Raises:
        ValueError: for a model that cannot be converted, or an option out of range.
        ExactnessError: if C-simulation and Keras differ; report/mismatch.json says where.
    """
    from hls_projects.preflight import memory_warning
    from hls_projects.rtl import check_feasible
    from reports.report import write_report
    from training.data.console import report

    started = time.monotonic()
    if not (source.trained or options.csim):
        raise ValueError(
            f"{source.model} holds no Keras model to compare with: leave out `--no-csim`"
        )
    with step("reading the model"):
        model, network = _read(source)
    if options.rtl is not None:
        check_feasible(network, options.rtl.fold_dense)
    if warning := memory_warning(network, options.csim):
        report(f"warning: {warning}")
    file = source.model if source.trained else None
    data = test_data(network, options.data, source.record, options.samples, file)
    source.folder.mkdir(parents=True, exist_ok=True)
    network.save(source.folder / "network.npz")
    with step(f"writing the {options.backend} project"):
        hls_model = _write_project(model or network, source, options)
    converted = time.monotonic() - started
    exactness = _prove(model, network, hls_model, data, source.folder, options, step)
    exactness["convert_seconds"] = round(converted, 1)
    folded = options.rtl is not None and options.rtl.fold_dense
    # Estimates are of layers that are not folded.
    resources = {} if folded else estimated_resources(network)
    resources |= _synthesize(hls_model, options, step)
    rtl = RtlReport()
    if options.rtl is not None:
        rtl = convert_to_rtl(network, data.x, source.folder, options.rtl, step)
        exactness["executions"] += ["RTL simulation"] if rtl.simulated else []
        exactness["proofs"] = rtl.proofs
    return write_report(
        source.folder,
        network,
        model_name=source.name,
        accuracy=accuracy(network, model, data),
        outputs=output_meanings(model, data),
        exactness=exactness,
        resources=resources | rtl.resources,
        modules=rtl.modules,
        failures=rtl.failures,
        commands=commands,
        history=source.history,
    )


def _read(source: ModelSource) -> tuple[Any, IntegerNetwork]:
    """The Keras model, None if there is none, and the integer network."""
    from hls_projects.integer_network import IntegerNetwork
    from qkeras_models.saved_model import load_model

    if not source.trained:
        return None, IntegerNetwork.load(source.model)
    model = load_model(source.model)
    return model, IntegerNetwork.from_keras(model)


def _write_project(model: Any, source: ModelSource, options: ConversionOptions) -> ModelGraph:
    from hls_projects.hls4ml_front_end.build import build_hls_model

    project = options.project_name or identifier(source.name)
    hls_model = build_hls_model(
        model,
        source.folder / "hls",
        backend=options.backend,
        strategy=options.strategy,
        io_type=options.io_type,
        clock_period=options.clock_period,
        part=options.part,
        project_name=project,
        argmax=options.argmax,
    )
    hls_model.write()
    write_hls_readme(source.folder / "hls", options.backend, project, options.argmax)
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


def _prove(
    model: Any,
    network: IntegerNetwork,
    hls_model: ModelGraph,
    data: TestData,
    folder: Path,
    options: ConversionOptions,
    step: Step,
) -> dict[str, Any]:
    """Compares Keras, if there is a model, the integer network and C-simulation, if asked for."""
    from hls_projects.csim import CSimulation
    from hls_projects.exactness import compare

    simulation: CSimulation | None = None
    compile_seconds = None
    if options.csim:
        with step("compiling the C++ project"):
            started = time.monotonic()
            simulation = CSimulation(hls_model, write=False)
            compile_seconds = round(time.monotonic() - started, 1)
    with step(f"comparing integer logits on {len(data.x):,} samples of {data.name}"):
        result = compare(network, data.x, model=model, csim=simulation, folder=folder / "report")
    note = "; ".join(filter(None, (_dead(network), _left_out(model, options), data.note)))
    return {**result, "compile_seconds": compile_seconds, "data": data.name, "note": note}


def _dead(network: IntegerNetwork) -> str:
    """Which layers have no weight left, so that what follows them is constant."""
    dead = [
        name for name, layer in zip(network.layer_names, network.layers, strict=True)
        if hasattr(layer, "weights") and not layer.nonzeros
    ]
    return f"all weights of {', '.join(dead)} are 0: its outputs are constant" if dead else ""


def _left_out(model: Any, options: ConversionOptions) -> str:
    from hls_projects.keras_chain import keras_chain
    from hls_projects.keras_tail import left_out

    return "" if model is None else left_out(keras_chain(model).tail, options.argmax)


def _synthesize(
    hls_model: ModelGraph, options: ConversionOptions, step: Step
) -> dict[str, Any]:
    if not options.synthesize:
        return {}
    from hls_projects.vendor_tools import synthesize
    from reports.vendor_resources import vendor_resources

    with step(f"running the vendor tool of {options.backend}"):
        return vendor_resources(options.backend, synthesize(hls_model))
