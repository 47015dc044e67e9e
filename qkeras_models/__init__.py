"""What is trained: ternary quantizers and layers, their hardware cost, model builders.

Names are imported on first use, so that importing the package does not import Keras.  Keras knows
every class by name all the same, so that saved models load.
"""

from importlib import import_module
from typing import Any

from qkeras_models.serialization import CLASSES, register_classes

_HOME = {
    **CLASSES,
    "HardwareCost": "hardware_costs",
    "LayerFacts": "layer_facts",
    "PRESETS": "presets",
    "feed_forward": "builders",
    "float_feed_forward": "builders",
    "float_mlp": "builders",
    "mlp": "builders",
    "load_model": "saved_model",
    "save_model": "saved_model",
    "load_pretrained": "pretrained",
    "sparsify": "sparsification",
    "sparse_ternary_layers": "sparse_ternary_layer",
    "overall_sparsity": "sparse_ternary_layer",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__


register_classes()
