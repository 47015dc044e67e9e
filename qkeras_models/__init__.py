"""What is trained: ternary quantizers and layers, their hardware cost, model builders.

Names are imported on first use, so that importing the package does not import Keras.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "SparseTernary": "sparse_ternary",
    "SparseTernaryConv2D": "sparse_ternary_conv2d",
    "SparseTernaryDense": "sparse_ternary_dense",
    "BinaryWeights": "binary_weights",
    "MagnitudePruned": "magnitude_pruned",
    "TernaryConv2D": "ternary_conv2d",
    "TernaryDense": "ternary_dense",
    "TernaryWeights": "ternary_weights",
    "InputQuantizer": "input_quantizer",
    "IntegerHead": "integer_head",
    "UnitRange": "unit_range",
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
