"""C++ between Python and a project's top function, its values in arrays or in streams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

TRANSFER = """\
#include <cstddef>
#include <cstdint>
#include "hls_stream.h"

static thread_local int32_t *csim_trace = nullptr;

// Appends a layer's output to the trace.
template <class value_T> void csim_save(const value_T *values, int size) {
    for (int i = 0; i < size; i++)
        *csim_trace++ = values[i].to_int();
}

// A stream is read and written again.
template <class array_T> void csim_save(hls::stream<array_T> &values, int size) {
    for (unsigned i = 0; i < size / array_T::size; i++) {
        array_T part = values.read();
        csim_save(part.data, array_T::size);
        values.write(part);
    }
}

template <class sample_T, class value_T>
void csim_load(const sample_T *from, value_T *values, int size) {
    for (int i = 0; i < size; i++)
        values[i] = value_T(from[i]);
}

template <class sample_T, class array_T>
void csim_load(const sample_T *from, hls::stream<array_T> &values, int size) {
    for (int i = 0; i < size; i += array_T::size) {
        array_T part;
        csim_load(from + i, part.data, array_T::size);
        values.write(part);
    }
}

template <class value_T> void csim_store(const value_T *values, int32_t *to, int size) {
    for (int i = 0; i < size; i++)
        to[i] = values[i].to_int();
}

template <class array_T> void csim_store(hls::stream<array_T> &values, int32_t *to, int size) {
    for (int i = 0; i < size; i += array_T::size)
        csim_store(values.read().data, to + i, array_T::size);
}
"""

ENTRY = """\
#include "{top_file}"
{using}
{body}
"""

# Inputs of a sample stand one after another, and so do its outputs.
BODY = """\
extern "C" __attribute__((visibility("default"))) void {function}(
    const {sample_type} *csim_x, int32_t *csim_logits{trace}, size_t samples) {{
    for (size_t sample = 0; sample < samples; sample++) {{
{lines}
    }}
}}
"""


def entry_point(
    top_file: Path,
    top: str,
    using: str,
    sample_type: str,
    sources: Sequence[Any],
    results: Sequence[Any],
) -> str:
    """C++ of a library whose csim_run executes a project's top function on many samples.

    Args:
        top_file: the project's C++.
        top: name of its top function.
        using: what makes its namespace known.
        sample_type: int32_t, or float where hardware quantizes.
        sources, results: hls4ml's variables of inputs and outputs.
    """
    traced = ", int32_t *trace"
    body = run_function("csim_run", top, sample_type, sources, results, traced)
    body = body.replace("    for (size_t", "    csim_trace = trace;\n    for (size_t", 1)
    return TRANSFER + ENTRY.format(top_file=top_file, using=using, body=body)


def run_function(
    function: str,
    top: str,
    sample_type: str,
    sources: Sequence[Any],
    results: Sequence[Any],
    trace: str = "",
) -> str:
    """C++ of the function that executes a top function on many samples; see entry_point."""
    inputs, outputs = (sum(v.size() for v in variables) for variables in (sources, results))
    lines = [f"{variable.definition_cpp()};" for variable in (*sources, *results)]
    place = 0
    for variable in sources:
        start = f"csim_x + sample * {inputs} + {place}"
        lines.append(f"csim_load({start}, {variable.name}, {variable.size()});")
        place += variable.size()
    lines.append(f"{top}({', '.join(v.name for v in (*sources, *results))});")
    place = 0
    for variable in results:
        start = f"csim_logits + sample * {outputs} + {place}"
        lines.append(f"csim_store({variable.name}, {start}, {variable.size()});")
        place += variable.size()
    return BODY.format(
        function=function,
        sample_type=sample_type,
        trace=trace,
        lines="\n".join(f"        {line}" for line in lines),
    )
