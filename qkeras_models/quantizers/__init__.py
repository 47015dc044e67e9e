"""Quantizers of weights, and the penalty that raises the trained threshold of one of them."""

from qkeras_models.lazy_names import lazy_names

_HOMES = {
    "BinaryWeights": "qkeras_models.quantizers.binary_weights",
    "MagnitudePruned": "qkeras_models.quantizers.magnitude_pruned",
    "SparseTernary": "qkeras_models.quantizers.sparse_ternary",
    "TernaryWeights": "qkeras_models.quantizers.ternary_weights",
    "ThresholdRegularizer": "qkeras_models.quantizers.threshold_regularizer",
    "UnitRange": "qkeras_models.quantizers.unit_range",
}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
