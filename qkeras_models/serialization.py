"""What a saved model can hold, known to Keras by name as soon as this package is imported.

Keras finds a class by its registered name once the class's module has been imported.  Here every
name is registered from the start, with a stand-in that imports the module when a saved model asks
for the class: so importing this package imports no Keras, and loads any model of it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

# Every registered class of the package, and its module.
CLASSES = {
    "BinaryWeights": "qkeras_models.quantizers.binary_weights",
    "DistillationLoss": "qkeras_models.distillation",
    "InputQuantizer": "qkeras_models.layers.input_quantizer",
    "IntegerHead": "qkeras_models.layers.integer_head",
    "LabelAccuracy": "qkeras_models.distillation",
    "MagnitudePruned": "qkeras_models.quantizers.magnitude_pruned",
    "SparseTernary": "qkeras_models.quantizers.sparse_ternary",
    "SparseTernaryConv1D": "qkeras_models.layers.sparse_ternary_conv1d",
    "SparseTernaryConv2D": "qkeras_models.layers.sparse_ternary_conv2d",
    "SparseTernaryDense": "qkeras_models.layers.sparse_ternary_dense",
    "SparseTernaryDepthwiseConv2D": "qkeras_models.layers.sparse_ternary_depthwise_conv2d",
    "TernaryConv1D": "qkeras_models.layers.baselines.ternary_conv1d",
    "TernaryConv2D": "qkeras_models.layers.baselines.ternary_conv2d",
    "TernaryDense": "qkeras_models.layers.baselines.ternary_dense",
    "TernaryDepthwiseConv2D": "qkeras_models.layers.baselines.ternary_depthwise_conv2d",
    "TernaryWeights": "qkeras_models.quantizers.ternary_weights",
    "ThermometerInput": "qkeras_models.layers.thermometer_input",
    "ThresholdRegularizer": "qkeras_models.quantizers.threshold_regularizer",
    "UnitRange": "qkeras_models.quantizers.unit_range",
}
# Names in models that earlier versions saved.
EARLIER = {
    f"training>{name}": name
    for name in ("DistillationLoss", "LabelAccuracy", "ThresholdRegularizer")
}


class StandIn:
    """Has the one method that Keras calls on a registered class, and imports the class for it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def from_config(self, config: dict[str, Any]) -> Any:
        """An instance of the class itself."""
        module = import_module(CLASSES[self.name])
        return getattr(module, self.name).from_config(config)


def register_classes() -> None:
    """Tells Keras every name, now or as soon as Keras is imported."""
    if "keras" in sys.modules:
        _register(sys.modules["keras"])
    else:
        sys.meta_path.insert(0, _KerasFinder())


def _register(keras: ModuleType) -> None:
    names = {f"qkeras_models>{name}": name for name in CLASSES} | EARLIER
    registry = keras.saving.get_custom_objects()
    for registered, name in names.items():
        # A class that was imported before is its own entry.
        registry.setdefault(registered, StandIn(name))
    import_module("qkeras")  # its layers and quantizers register themselves


class _KerasFinder(MetaPathFinder):
    """Finds Keras where it is, and registers the names once it has been imported."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name == "keras" else None
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_register(module: ModuleType) -> None:
            execute(module)
            sys.meta_path.remove(self)
            _register(module)

        spec.loader.exec_module = execute_and_register
        return spec
