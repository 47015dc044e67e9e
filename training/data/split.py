"""A fixed, stratified split of labelled samples in two."""

from __future__ import annotations

import numpy as np

from qkeras_models.input_formats.randomness import Purpose, check_seed, permutation


def split_indices(labels: np.ndarray, held_out: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the samples that stay and of those held out, both ascending.

    Each class is shuffled; its r-th of n samples gets the key (r + ½) / n, and the `held_out`
    smallest keys leave.  So every class loses the same share, to within one sample, and at least
    one sample of every class stays.

    Args:
        labels: int64 (samples,).
        held_out: how many samples to hold out, from 1 to samples − classes present.
        seed: integer >= 0; the same labels and seed give the same split everywhere.

    Raises:
        ValueError: if `held_out` or `seed` is out of range.
    """
    labels = np.asarray(labels)
    classes, members, counts = np.unique(labels, return_inverse=True, return_counts=True)
    most = len(labels) - len(classes)
    if not 1 <= held_out <= most:
        raise ValueError(
            f"the number of samples held out must be 1 to {most} ({len(labels)} samples, at least "
            f"one of each of {len(classes)} classes stays). Received: {held_out}"
        )
    shuffled = permutation(len(labels), Purpose.SPLIT, check_seed("split_seed", seed))
    by_class = shuffled[np.argsort(members[shuffled], kind="stable")]
    rank = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    size = np.repeat(counts, counts)
    key = np.where(rank == size - 1, np.inf, (rank + 0.5) / size)
    order = by_class[np.argsort(key, kind="stable")]
    return np.sort(order[held_out:]), np.sort(order[:held_out])


def held_out_count(validation: float, samples: int) -> int:
    """How many of `samples` a count (int >= 1) or a share (0 < float < 1) stands for.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(validation, (int, np.integer)) and not isinstance(validation, bool):
        if validation >= 1:
            return int(validation)
    elif isinstance(validation, (float, np.floating)) and 0 < validation < 1:
        return max(1, round(float(validation) * samples))
    raise ValueError(
        "`validation` must be a number of samples (an integer from 1) or a share of them "
        f"(between 0 and 1). Received: {validation!r}"
    )
