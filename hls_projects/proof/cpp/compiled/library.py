"""A project's functions of one position, compiled as C-simulation compiles them."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hls_projects.proof.cpp.reading.machine import Call
from hls_projects.verification.csim import FLAGS, require_compiler, run_compiler

SOURCE = """\
#include <cstddef>
#include <cstdint>
#include "defines.h"
#include "parameters.h"
"""

# Numbers of one sample stand side by side.
FUNCTION = """
extern "C" __attribute__((visibility("default"))) void run_{number}(
    const int32_t *x, int32_t *y, size_t samples) {{
    static thread_local {source} data[{inputs}];
    static thread_local {result} res[{outputs}];
    for (size_t sample = 0; sample < samples; sample++) {{
        for (size_t i = 0; i < {inputs}; i++)
            data[i] = *x++;
        nnet::{name}(data, res);
        for (size_t i = 0; i < {outputs}; i++)
            *y++ = res[i].to_int();
    }}
}}
"""


class Compiled:
    """Functions of a firmware in a library of their own.

    Args:
        firmware: the project's firmware/.
        calls: one of each function's.

    Raises:
        CompilerError: if the compiler is missing or fails.
    """

    def __init__(self, firmware: Path, calls: Sequence[Call]) -> None:
        require_compiler()
        self.sizes = [tuple(p.size for p in call.kernel.parameters) for call in calls]
        text = SOURCE + "".join(
            FUNCTION.format(number=number, name=call.kernel.name, source=call.types[0],
                            result=call.types[1], inputs=size[0], outputs=size[1])
            for number, (call, size) in enumerate(zip(calls, self.sizes, strict=True))
        )
        with tempfile.TemporaryDirectory(prefix="cpp-") as folder:
            source, library = Path(folder, "functions.cpp"), Path(folder, "functions.so")
            source.write_text(text)
            includes = [f"-I{firmware}", f"-I{firmware / 'ap_types'}"]
            run_compiler(["g++", *FLAGS, *includes, str(source), "-o", str(library)])
            self._library = ctypes.CDLL(str(library))

    def run(self, number: int, x: np.ndarray) -> np.ndarray:
        """Outputs of function `number`, int32 (samples, outputs).

        Args:
            x: int32 (samples, inputs), integers that its input type holds.
        """
        x = np.ascontiguousarray(x, np.int32)
        y = np.empty((len(x), self.sizes[number][1]), np.int32)
        pointer = ctypes.c_void_p
        function = getattr(self._library, f"run_{number}")
        function(pointer(x.ctypes.data), pointer(y.ctypes.data), ctypes.c_size_t(len(x)))
        return y
