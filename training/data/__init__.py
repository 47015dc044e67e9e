"""Data sets: MNIST, digits and the user's own, split, checked, formatted and augmented.

    from training.data import Augmentation, Batches, load

    data = load("mnist")
    batches = Batches(data.x_train, data.y_train, augmentation=Augmentation())

Names are looked up on first use, so importing the package imports neither Keras nor scikit-learn.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Augmentation": "training.data.augmentation.augmentation",
    "Batches": "training.data.batches",
    "Dataset": "training.data.dataset",
    "DownloadError": "training.data.sets.download",
    "FixedPoint": "qkeras_models.input_formats.fixed_point",
    "cache_folder": "training.data.sets.cache",
    "find_format": "qkeras_models.input_formats.format_search",
    "load": "training.data.sources",
}

__all__ = [
    "Augmentation",
    "Batches",
    "Dataset",
    "DownloadError",
    "FixedPoint",
    "cache_folder",
    "find_format",
    "load",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
