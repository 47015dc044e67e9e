"""C++ of the layers: straight-line code with every weight and level built in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hls_projects.hls4ml_front_end.cpp.position_loops import PIPELINE
from hls_projects.logic.signed_digits import signed_digits

PART_TERMS = 400
"""Adders of one function; compilers take more than linear time for longer ones."""


def adder_tree(positive: Sequence[str], negative: Sequence[str]) -> str:
    """Sum of the positive minus sum of the negative terms, a balanced tree of two-input adders.

    Depth ⌈log₂ n⌉ for n terms.  Positive terms stand first, so that at most one adder of each
    level subtracts and all others stay unsigned where the terms are.  If there are none, the first
    negative term is negated, which is cheaper before the sums than after them.
    """
    if not positive and not negative:
        return "0"
    if not positive:
        positive, negative = [f"-{negative[0]}"], negative[1:]
    level = [(term, False) for term in positive] + [(term, True) for term in negative]
    while len(level) > 1:
        pairs = [_add(*level[i : i + 2]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[2 * len(pairs) :]
    ((text, _),) = level
    return text[1:-1] if text.startswith("(") else text


def _add(a: tuple[str, bool], b: tuple[str, bool]) -> tuple[str, bool]:
    """Both positive: a + b; both negative: −(a + b); a positive and b negative: a − b."""
    return f"({a[0]} {'+' if a[1] == b[1] else '-'} {b[0]})", a[1]


def dense_lines(weights: np.ndarray) -> list[tuple[int, str]]:
    """For each output the number of its terms and the statement that sums them."""
    lines = []
    for output, column in enumerate(np.ascontiguousarray(weights.T)):
        positive, negative = _terms(column, 1), _terms(column, -1)
        terms = len(positive) + len(negative)
        lines.append((terms, f"res[{output}] = {adder_tree(positive, negative)};"))
    return lines


def _terms(column: np.ndarray, sign: int) -> list[str]:
    """The inputs that an output adds, or subtracts for −1, one for each such signed digit."""
    return [
        shifted(f"data[{i}]", place)
        for i in np.flatnonzero(column)
        for place, own in signed_digits(int(column[i]))
        if own == sign
    ]


def shifted(term: str, places: int) -> str:
    """term · 2^places, in a type that holds it."""
    return f"nnet::shifted<{places}>({term})" if places else term


def threshold_lines(
    levels: np.ndarray, direction: np.ndarray, lowest: np.ndarray, highest: np.ndarray
) -> list[tuple[int, str]]:
    """For each channel how many levels its accumulator, in lowest … highest, has reached.

    Levels that are always or never reached become constants.
    """
    lines = []
    for channel, (row, rising) in enumerate(zip(levels, direction > 0, strict=True)):
        low, high = lowest[channel], highest[channel]
        always = row <= low if rising else row >= high
        never = row > high if rising else row < low
        sign = ">=" if rising else "<="
        open_levels = np.sort(row[~always & ~never])
        counts = [f"(data[{channel}] {sign} {level})" for level in open_levels]
        constant = int(always.sum())
        if constant or not counts:
            counts.append(str(constant))
        lines.append((len(counts), f"res[{channel}] = {' + '.join(counts)};"))
    return lines


def thermometer_lines(levels: np.ndarray, feature: np.ndarray) -> list[tuple[int, str]]:
    """For each bit whether its feature has reached its level."""
    return [
        (1, f"res[{bit}] = data[{index}] >= {level};")
        for bit, (level, index) in enumerate(zip(levels, feature, strict=True))
    ]


def head_lines(bias: np.ndarray, shift: np.ndarray | None = None) -> list[tuple[int, str]]:
    """For each class the accumulator, times 2^shift, plus its bias."""
    shift = np.zeros(len(bias), int) if shift is None else shift
    return [
        (1, f"res[{i}] = {shifted(f'data[{i}]', s)} {'-' if b < 0 else '+'} {abs(int(b))};")
        for i, (b, s) in enumerate(zip(bias, shift, strict=True))
    ]


def largest_lines(taps: int, channels: int) -> list[tuple[int, str]]:
    """For each channel the largest of its values at all taps, a balanced tree of comparisons."""
    return [
        (taps, f"res[{c}] = {_largest([f'data[{i * channels + c}]' for i in range(taps)])};")
        for c in range(channels)
    ]


def _largest(terms: Sequence[str]) -> str:
    """A tree in which of two equal terms the first stands on the left."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return f"nnet::larger({_largest(terms[:half])}, {_largest(terms[half:])})"


def argmax_kernel(name: str, inputs: int) -> str:
    """A C++ function template `name` for the index of the largest input, the first of equals."""
    found = _largest([f"entry{{data[{i}], {i}}}" for i in range(inputs)])
    return (
        f"template <class data_T, class res_T> void {name}(data_T data[{inputs}], res_T res[1]) "
        f"{{\n{PIPELINE}    typedef nnet::indexed<data_T> entry;\n"
        f"    res[0] = {found}.index;\n}}\n"
    )


def straight_line_kernel(
    name: str, lines: Iterable[tuple[int, str]], inputs: int, outputs: int
) -> str:
    """A C++ function template `name` that runs all statements at once, in inlined parts."""
    parts = list(_parts(lines))
    arguments = f"data_T data[{inputs}], res_T res[{outputs}]"
    template = "template <class data_T, class res_T>"
    functions = [
        f"{template} void {name}_part_{i}({arguments}) {{\n    #pragma HLS INLINE\n"
        + "".join(f"    {line}\n" for line in part)
        + "}\n"
        for i, part in enumerate(parts)
    ]
    calls = "".join(f"    {name}_part_{i}(data, res);\n" for i in range(len(parts)))
    functions.append(f"{template} void {name}({arguments}) {{\n{PIPELINE}{calls}}}\n")
    return "\n".join(functions)


def _parts(lines: Iterable[tuple[int, str]]) -> Iterable[list[str]]:
    part: list[str] = []
    total = 0
    for terms, line in lines:
        if part and total + terms > PART_TERMS:
            yield part
            part, total = [], 0
        part.append(line)
        total += terms + 1
    if part:
        yield part


def quantizer_kernel(
    name: str, bits: int, lowest: int, scale: Sequence[float], value_type: str, elements: int
) -> str:
    """A C++ function template `name` for x_int = clip(floor(x / scale), lowest, highest).

    Args:
        scale: one number, or one for each element of the last axis.
        value_type: C++ type that holds x − lowest · scale exactly.
    """
    values = ", ".join(repr(float(s)) for s in scale)
    index = "0" if len(scale) == 1 else f"i % {len(scale)}"
    return (
        f"template <class data_T, class res_T> void {name}(data_T data[{elements}], "
        f"res_T res[{elements}]) {{\n{PIPELINE}"
        f"    typedef {value_type} value_t;\n"
        f"    static const value_t scale[{len(scale)}] = {{{values}}};\n"
        f"    for (int i = 0; i < {elements}; i++) {{\n        #pragma HLS UNROLL\n"
        f"        res[i] = nnet::quantize_input<{bits}, {lowest}, value_t>"
        f"(data[i], scale[{index}]);\n    }}\n}}\n"
    )


def firmware_file(name: str, description: str, namespace: str, kernel: str) -> str:
    """The header that holds one layer's kernel."""
    guard = f"{namespace}_{name}_H_".upper()
    shifts = '#include "nnet_shifted.h"\n' if "nnet::shifted<" in kernel else ""
    return (
        f"// {description}\n\n#ifndef {guard}\n#define {guard}\n\n"
        f'{shifts}#include "nnet_sparse_ternary.h"\n\n'
        f"namespace {namespace} {{\n\n{kernel}\n}} // namespace {namespace}\n\n#endif\n"
    )
