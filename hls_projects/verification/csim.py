"""C-simulation: a project's own C++ top function, compiled with g++ and run on many samples."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hls_projects.network.input_format import InputFormat
from hls_projects.verification.csim_entry import entry_point
from hls_projects.verification.csim_inputs import checked_floats, checked_integers

if TYPE_CHECKING:
    from hls4ml.model import ModelGraph

FLAGS = ("-std=c++17", "-O1", "-fPIC", "-shared", "-fno-gnu-unique", "-fvisibility=hidden", "-w")
MESSAGE_LINES = 60
CHUNK = 256


class CompilerError(RuntimeError):
    """The C++ compiler is missing, or did not accept the project."""


@dataclass(frozen=True)
class TracedLayer:
    """A layer of the project whose output can be traced."""

    name: str
    variable: str
    shape: tuple[int, ...]


class CSimulation:
    """A compiled hls4ml project of a sparse ternary network.

    Args:
        hls_model: the hls4ml model, of build_hls_model or hls4ml's own converter.
        write: write the project first; if false, what is on disk is compiled.
        compiler: g++ or another compiler that takes its options.
        threads: how many samples run at once; all cores by default.

    Raises:
        CompilerError: if the compiler is missing, or with its message if it fails.
        ValueError: if the project's path cannot stand in C++.

    Example:
        >>> logits = CSimulation(build_hls_model(network, "hls")).predict(x_int)
        >>> bool((logits == network.predict_integers(x_int)).all())
        True
    """

    def __init__(
        self,
        hls_model: ModelGraph,
        *,
        write: bool = True,
        compiler: str = "g++",
        threads: int | None = None,
    ) -> None:
        require_compiler(compiler)
        folder = hls_model.config.get_output_dir()
        if re.search(r'["\\\n\r]', folder):
            raise ValueError(
                "the folder of a project must not hold quotes, backslashes or line breaks, which "
                f"C++ cannot include. Received: {folder!r}"
            )
        self.hls_model = hls_model
        self.compiler = compiler
        self.threads = threads or cores()
        self.sources = list(hls_model.get_input_variables())
        self.results = list(hls_model.get_output_variables())
        if write:
            hls_model.write()
        self._run = self._compile(self._firmware / f"{self._top}.cpp")
        self._run_traced: Callable[..., None] | None = None

    @property
    def integer_inputs(self) -> bool:
        """Whether the project takes x_int; otherwise floats, which it quantizes itself."""
        from hls4ml.model.types import IntegerPrecisionType

        return isinstance(self._input_precision, IntegerPrecisionType)

    @property
    def argmax(self) -> bool:
        """Whether the project's output is the index of the largest logit, not the logits."""
        from hls_projects.hls4ml_front_end.layers import IntegerArgmax

        return any(isinstance(node, IntegerArgmax) for node in self.hls_model.get_layers())

    @property
    def _input_precision(self) -> Any:
        return self.sources[0].type.precision

    @property
    def _outputs(self) -> int:
        """Values that a sample gives, of all outputs together."""
        return sum(result.size() for result in self.results)

    @property
    def _float_formats(self) -> list[InputFormat]:
        """Those of the layers that quantize floats, where a Reshape may stand before one."""
        from hls_projects.hls4ml_front_end.layers import InputQuantizer

        nodes = self.hls_model.get_layers()
        return [node.format for node in nodes if isinstance(node, InputQuantizer)]

    @property
    def traced_layers(self) -> list[TracedLayer]:
        """The layers that `trace` reports, in order of execution."""
        from hls_projects.hls4ml_front_end.layers import is_integer_layer

        nodes = filter(is_integer_layer, self.hls_model.get_layers())
        variables = [(node.name, node.get_output_variable()) for node in nodes]
        return [TracedLayer(name, var.name, tuple(var.shape)) for name, var in variables]

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Integer logits, int32 (samples, classes), or the index of the largest, (samples, 1).

        Those of several outputs stand side by side.

        Args:
            x: (samples, *shape), integers if `integer_inputs`, floats otherwise; of several inputs
                the values of all as one vector.

        Raises:
            ValueError: if shape or values do not fit the project's input.
        """
        x = self._checked(x)
        logits = np.zeros((len(x), self._outputs), np.int32)
        starts = range(0, len(x), CHUNK)
        # The first sample alone: stock layers load their weights in it.
        self._run(x[:1], logits[:1], None)
        with ThreadPoolExecutor(self.threads) as pool:
            chunks = (slice(start, start + CHUNK) for start in starts)
            list(pool.map(lambda chunk: self._run(x[chunk], logits[chunk], None), chunks))
        return logits

    def trace(self, x: np.ndarray) -> list[np.ndarray]:
        """The output of every one of `traced_layers`, int32 (samples, *shape)."""
        x = self._checked(x)
        if self._run_traced is None:
            self._run_traced = self._compile_traced()
        layers = self.traced_layers
        sizes = [int(np.prod(layer.shape)) for layer in layers]
        trace = np.zeros((len(x), sum(sizes)), np.int32)
        logits = np.zeros((len(x), self._outputs), np.int32)
        self._run_traced(x, logits, trace)
        outputs = np.split(trace, np.cumsum(sizes)[:-1], axis=1)
        return [out.reshape(-1, *layer.shape) for out, layer in zip(outputs, layers, strict=True)]

    @property
    def _top(self) -> str:
        return self.hls_model.config.get_project_name()

    @property
    def _firmware(self) -> Path:
        return Path(self.hls_model.config.get_output_dir()).resolve() / "firmware"

    def _checked(self, x: np.ndarray) -> np.ndarray:
        if self.integer_inputs:
            return checked_integers(x, self.sources)
        return checked_floats(x, self.sources, self._float_formats)

    def _compile(self, top_file: Path) -> Callable[..., None]:
        sample_type = "int32_t" if self.integer_inputs else "float"
        entry = entry_point(
            top_file, self._top, self._using(), sample_type, self.sources, self.results
        )
        with tempfile.TemporaryDirectory(prefix="csim-") as folder:
            source, library = Path(folder, "csim.cpp"), Path(folder, "csim.so")
            source.write_text(entry)
            run_compiler(self._command(source, library))
            return _entry_point(library)

    def _using(self) -> str:
        namespace = self.hls_model.config.get_writer_config().get("Namespace")
        return f"using namespace {namespace};" if namespace else ""

    def _command(self, source: Path, library: Path) -> list[str]:
        firmware = self._firmware
        includes = [f"-I{firmware}", f"-I{firmware / 'ap_types'}"]
        weights = f'-DWEIGHTS_DIR="{firmware / "weights"}"'
        return [self.compiler, *FLAGS, *includes, weights, str(source), "-o", str(library)]

    def _compile_traced(self) -> Callable[..., None]:
        """The top function with a line after each layer that saves its output, compiled."""
        lines = (self._firmware / f"{self._top}.cpp").read_text().splitlines()
        for layer in self.traced_layers:
            end = re.compile(rf"; // {re.escape(layer.name)}$")
            (position,) = (i for i, line in enumerate(lines) if end.search(line))
            size = int(np.prod(layer.shape))
            lines.insert(position + 1, f"    csim_save({layer.variable}, {size});")
        with tempfile.TemporaryDirectory(prefix="csim-") as folder:
            traced = Path(folder, f"{self._top}_traced.cpp")
            traced.write_text("\n".join(lines) + "\n")
            return self._compile(traced)


def require_compiler(compiler: str = "g++") -> None:
    """Raises CompilerError, saying how to install it, if the compiler is not on the PATH."""
    if shutil.which(compiler) is None:
        raise CompilerError(
            f"C-simulation needs the C++ compiler {compiler!r}, which is not on the PATH. Install "
            "it, for example with `apt install g++` or `dnf install gcc-c++`."
        )


def run_compiler(command: list[str]) -> None:
    """Runs a compiler; raises CompilerError with its own message if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        message = (done.stderr or done.stdout).strip().splitlines()
        raise CompilerError(
            f"{command[0]} failed with exit status {done.returncode}:\n"
            + "\n".join(message[:MESSAGE_LINES])
        )


def cores() -> int:
    """How many threads may run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _entry_point(library: Path) -> Callable[..., None]:
    """csim_run of a library, for C-contiguous arrays of its own types."""
    function = ctypes.CDLL(str(library)).csim_run
    pointer = ctypes.c_void_p
    function.argtypes = [pointer, pointer, pointer, ctypes.c_size_t]
    function.restype = None

    def run(x: np.ndarray, logits: np.ndarray, trace: np.ndarray | None) -> None:
        function(_address(x), _address(logits), _address(trace), len(x))

    return run


def _address(array: Any) -> int | None:
    return None if array is None else array.ctypes.data
