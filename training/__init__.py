"""How networks are trained: data sets, threshold regularizer, pruning callback, runs.

Names are imported on first use, so that importing the package does not import Keras.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "DistillationLoss": "distillation",
    "QuantizationPruning": "quantization_pruning",
    "SparsityController": "sparsity_controller",
    "TaughtBatches": "taught_batches",
    "ThresholdRegularizer": "threshold_regularizer",
    "TrainingConfig": "config",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
