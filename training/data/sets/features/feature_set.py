"""What a data set of features is, once it has a name of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from training.data.sets.published_data import Arrays


@dataclass(frozen=True)
class FeatureSet:
    """A data set of real-valued features that is loaded by its name; formats are found from it.

    Args:
        name: of the data set, in lower case.
        read: its arrays x_train, y_train, x_test and y_test, x float32 (samples, features); given
            the folder where its files may lie, or None.
        validation: how much of the training data becomes validation data by default: a number of
            samples, or a share below 1.
        published: whether its files may lie in a folder of the user's.
    """

    name: str
    read: Callable[[str | os.PathLike | None], Arrays]
    validation: float = 0.1
    published: bool = True
