"""Layers of which networks are built: input quantizer, ternary weights, integer logits."""

from qkeras_models.lazy_names import lazy_names

_HOMES = {
    "InputQuantizer": "qkeras_models.layers.input_quantizer",
    "IntegerHead": "qkeras_models.layers.integer_head",
    "SparseTernaryConv2D": "qkeras_models.layers.sparse_ternary_conv2d",
    "SparseTernaryDense": "qkeras_models.layers.sparse_ternary_dense",
    "TernaryConv2D": "qkeras_models.layers.ternary_conv2d",
    "TernaryDense": "qkeras_models.layers.ternary_dense",
}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
