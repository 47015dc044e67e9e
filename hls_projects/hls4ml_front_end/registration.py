"""Tells hls4ml about the layers, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hls4ml.backends import get_backend
from hls4ml.backends.template import FunctionCallTemplate
from hls4ml.model.flow.flow import get_flow, update_flow
from hls4ml.model.layers import layer_map, register_layer
from hls4ml.model.optimizer import ModelOptimizerPass

from hls_projects.hls4ml_front_end.checks import BACKENDS
from hls_projects.hls4ml_front_end.image_layers import IMAGE_LAYERS
from hls_projects.hls4ml_front_end.join_layers import JOIN_LAYERS
from hls_projects.hls4ml_front_end.keras_converter import take_over
from hls_projects.hls4ml_front_end.layers import INTEGER_LAYERS, is_integer_layer
from hls_projects.hls4ml_front_end.move_layers import MOVE_LAYERS

FIRMWARE = Path(__file__).parent / "firmware"
HEADER = FIRMWARE / "nnet_sparse_ternary.h"
SHIFTED = FIRMWARE / "nnet_shifted.h"
WRITER = "write_sparse_ternary_kernels"
LAYERS = (*INTEGER_LAYERS, *IMAGE_LAYERS, *JOIN_LAYERS, *MOVE_LAYERS)


class KernelCallTemplate(FunctionCallTemplate):
    """The line of the top function that runs one layer's kernel."""

    def __init__(self) -> None:
        super().__init__(LAYERS)

    def transform(self, model: Any, node: Any) -> bool:
        self.include_header = [f"nnet_utils/{node.function_name}.h"]
        return super().transform(model, node)

    def format(self, node: Any) -> str:
        names = [node.get_input_variable(name).name for name in node.inputs]
        arguments = ", ".join([*names, node.get_output_variable().name])
        return f"{node.namespace}::{node.function_name}({arguments});"


class WriteKernels(ModelOptimizerPass):
    """Writes each layer's kernel, and what it includes, to its own file in firmware/nnet_utils."""

    def __init__(self) -> None:
        self.name = WRITER

    def transform(self, model: Any) -> bool:
        folder = Path(model.config.get_output_dir()) / "firmware" / "nnet_utils"
        for node in filter(is_integer_layer, model.get_layers()):
            folder.mkdir(parents=True, exist_ok=True)
            text = node.firmware_file()
            (folder / f"{node.function_name}.h").write_text(text, "utf-8")
            if SHIFTED.name in text:
                (folder / SHIFTED.name).write_bytes(SHIFTED.read_bytes())
        return False


def register() -> None:
    """Registers layers, templates and sources with hls4ml; does nothing the second time."""
    if LAYERS[0].__name__ in layer_map:
        return
    take_over()
    for layer in LAYERS:
        register_layer(layer.__name__, layer)
    # Vitis runs the template flow of Vivado before its own.
    get_backend("Vivado").register_template(KernelCallTemplate)
    for name in BACKENDS:
        backend = get_backend(name)
        backend.register_source(HEADER)
        backend.register_pass(WRITER, WriteKernels)
        _run_before_writer(backend.get_writer_flow(), f"{name.lower()}:{WRITER}")


def _run_before_writer(flow: str, added: str) -> None:
    """Puts a pass before the one that writes the project, which may pack it into an archive."""
    writer = get_flow(flow).optimizers[-1]
    update_flow(flow, remove_optimizers=[writer], add_optimizers=[added])
    update_flow(flow, add_optimizers=[writer])
