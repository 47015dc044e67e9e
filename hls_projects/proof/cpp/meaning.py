"""What the integer network asks of a kernel, and where it differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from hls_projects.kinds import Layer, Role
from hls_projects.kinds.windows import windows_of
from hls_projects.proof.cpp.reading.values import Count, First, Largest, Linear, Value

KERNELS = frozenset({Role.WEIGHTED, Role.SUM, Role.ACTIVATION, Role.ENCODER, Role.POOL,
                     Role.OUTPUT})


def positions_of(layer: Layer, shape: tuple[int, ...]) -> np.ndarray:
    """Which values of its input a kernel is given at each position.

    Args:
        layer: of a role in KERNELS.
        shape: of its input.

    Returns:
        int64 (positions, values), each the place of a value, last axis fastest; −1 outside.
    """
    if layer.windows is None:
        return np.arange(np.prod(shape, dtype=int)).reshape(-1, shape[-1])
    places = windows_of(layer.windows, shape)
    return places.swapaxes(-1, -2).reshape(places.shape[0] * places.shape[1], -1)


def sums_of(layer: Layer) -> tuple[np.ndarray, np.ndarray] | None:
    """Weights (inputs, outputs) and constants (outputs,) of a linear kernel, int64; else None."""
    if layer.role is Role.OUTPUT:
        shift = np.zeros(len(layer.bias), int) if layer.shift is None else layer.shift
        return np.diag(1 << shift.astype(np.int64)), layer.bias.astype(np.int64)
    if layer.matrix is None:
        return None
    return layer.matrix.astype(np.int64), np.zeros(layer.matrix.shape[1], np.int64)


def read_by(layer: Layer, output: int, inputs: int) -> np.ndarray:
    """Places of a kernel's inputs that one of its outputs depends on."""
    sums = sums_of(layer)
    if sums is not None:
        return np.flatnonzero(sums[0][:, output])
    if layer.role is Role.POOL:
        taps = layer.windows.size[0] * layer.windows.size[1]
        return output + np.arange(taps) * (inputs // taps)
    return np.array([layer.feature[output] if layer.role is Role.ENCODER else output])


def expected(layer: Layer, x: np.ndarray, outputs: list[int]) -> np.ndarray:
    """What a kernel must make of its inputs x, (samples, inputs): int64 (samples, outputs)."""
    sums = sums_of(layer)
    if sums is not None:
        weights = sums[0][:, outputs]
        used = np.flatnonzero(weights.any(axis=1))
        # float64 is exact here: |sum| < 2^53 by far.
        found = x[:, used].astype(np.float64) @ weights[used].astype(np.float64)
        return found.astype(np.int64) + sums[1][outputs]
    if layer.role is Role.POOL:
        taps = layer.windows.size[0] * layer.windows.size[1]
        return x.reshape(len(x), taps, -1).max(axis=1)[:, outputs]
    return layer.forward(x)[:, outputs].astype(np.int64)


def wrong_outputs(
    layer: Layer, outputs: Sequence[Any], low: np.ndarray, high: np.ndarray
) -> Iterator[tuple[int, str]]:
    """Outputs of a kernel that are not what the network says, and how they differ.

    Args:
        layer: of a role in KERNELS.
        outputs: what the kernel's text makes of its inputs.
        low, high: (inputs,), between which these lie.
    """
    sums = sums_of(layer)
    if sums is not None:
        for output, value in enumerate(outputs):
            wanted = _linear(sums[0][:, output], int(sums[1][output]))
            wrong = _wrong_sum(_form(value), wanted, low, high)
            if wrong:
                yield output, wrong
    elif layer.role is Role.POOL:
        for output, value in enumerate(outputs):
            form = _form(value)
            places = (form.place,) if isinstance(form, Linear) else getattr(form, "places", ())
            if set(places) != set(read_by(layer, output, len(low)).tolist()):
                yield output, "is the largest of other values"
    else:
        yield from _wrong_levels(layer, outputs, low, high)


def _form(value: Any) -> Any:
    if isinstance(value, Value):
        return value.form
    return Linear({}, int(value)) if isinstance(value, int) else value


def _linear(weights: np.ndarray, constant: int) -> Linear:
    return Linear({int(i): int(weights[i]) for i in np.flatnonzero(weights)}, constant)


def _wrong_sum(form: Any, wanted: Linear, low: np.ndarray, high: np.ndarray) -> str:
    """How a form is not a sum; an input that is always the same number counts as that number."""
    if not isinstance(form, Linear):
        return "is no sum"
    difference = form.plus(wanted, -1)
    constant = difference.constant
    for place, factor in sorted(difference.terms.items()):
        if factor and low[place] == high[place]:
            constant += factor * int(low[place])
        elif factor:
            expected = wanted.terms.get(place, 0)
            return f"adds input {place} times {expected + factor}, not {expected}"
    return f"adds {constant} more" if constant else ""


def _wrong_levels(
    layer: Layer, outputs: Sequence[Any], low: np.ndarray, high: np.ndarray
) -> Iterator[tuple[int, str]]:
    """Both sides are constant between their levels, so they are compared beside each of them."""
    for output, value in enumerate(outputs):
        form, (place,) = _form(value), read_by(layer, output, len(low))
        if isinstance(form, Linear) and not form.terms:
            form = Count(place, constant=form.constant)
        if not isinstance(form, Count) or form.place != place:
            yield output, f"is no count of levels of input {place}"
            continue
        steps = np.concatenate([np.atleast_1d(layer.levels[output]), form.least, form.most])
        steps = steps.astype(np.int64)
        near = np.concatenate([steps - 1, steps, steps + 1, low[[place]], high[[place]]])
        at = np.unique(near[(near >= low[place]) & (near <= high[place])])
        x = np.repeat(low[None], len(at), axis=0)
        x[:, place] = at
        wrong = np.flatnonzero(counted(form, at) != layer.forward(x)[:, output])
        if len(wrong):
            yield output, f"is {counted(form, at)[wrong[0]]} at {at[wrong[0]]}"


def counted(form: Count, x: np.ndarray) -> np.ndarray:
    """How many comparisons of a form hold for each x."""
    least, most = (np.array(levels, np.int64) for levels in (form.least, form.most))
    return (x[..., None] >= least).sum(-1) + (x[..., None] <= most).sum(-1) + form.constant


def ranges(
    outputs: Sequence[Any], low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Between which a kernel's outputs lie, for inputs between low and high.

    Args:
        outputs: what its text makes of its inputs.
        low, high: int64 (positions, inputs).

    Returns:
        int64 (positions, outputs), the lowest and the highest value.
    """
    forms = [_form(value) for value in outputs]
    found = np.empty((2, len(low), len(forms)), np.int64)
    linear = [k for k, form in enumerate(forms) if isinstance(form, Linear)]
    weights = np.zeros((low.shape[1], len(linear)))
    for column, k in enumerate(linear):
        for place, factor in forms[k].terms.items():
            weights[place, column] = factor
    constants = np.array([forms[k].constant for k in linear], np.int64)
    up, down = np.maximum(weights, 0), np.maximum(-weights, 0)
    found[0][:, linear] = (low @ up - high @ down).astype(np.int64) + constants
    found[1][:, linear] = (high @ up - low @ down).astype(np.int64) + constants
    for k, form in enumerate(forms):
        if isinstance(form, Count):
            ends = [counted(form, end[:, form.place]) for end in (low, high)]
            found[:, :, k] = np.minimum(*ends), np.maximum(*ends)
        elif isinstance(form, Largest):
            places = list(form.places)
            found[:, :, k] = low[:, places].max(axis=1), high[:, places].max(axis=1)
        elif isinstance(form, First):
            found[:, :, k] = np.array([[0], [len(form.places) - 1]])
    return found[0], found[1]
