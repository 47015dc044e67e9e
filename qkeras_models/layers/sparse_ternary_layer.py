"""What every layer with a sparse ternary kernel shares, whatever its linear operation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
from keras import ops

from qkeras_models.layers.linear_options import FIXED_OPTIONS
from qkeras_models.quantizers.sparse_ternary import SparseTernary
from qkeras_models.quantizers.unit_range import UnitRange

ThresholdPenalty = Callable[[Any, Any], Any]


class SparseTernaryLayer:
    """Mixin before a qkeras layer: threshold, mask and stage as weights of the layer.

    Adds to the loss  sparsity_strength · S(W, η) + l2_strength · Σ W²,  S being
    ``threshold_regularizer`` (a ThresholdRegularizer).  The strengths are weights of the
    layer, 0 until a regularizer or the QuantizationPruning callback sets them, so that they can
    change during training without a new trace.  They act in stage 1, where every mask is 1.

    Weights, besides the kernel: ``threshold`` (), trainable; ``mask``, the kernel's shape;
    ``stage`` (), 1 to 3; ``threshold_gate`` (), 1 while the threshold is trained;
    ``sparsity_strength`` () and ``l2_strength`` ().
    """

    threshold_regularizer: ThresholdPenalty | None

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self._positions = tuple(self.compute_output_shape(input_shape)[1:-1])
        quantizer = self.kernel_quantizer_internal
        constant = keras.initializers.Constant
        self.threshold = self.add_weight(
            name="threshold",
            shape=(),
            initializer=constant(quantizer.threshold),
            constraint=UnitRange(),
            dtype="float32",
        )
        self.mask = self._state("mask", 1.0, shape=self.kernel.shape)
        self.stage = self._state("stage", 1.0)
        self.threshold_gate = self._state("threshold_gate", 1.0)
        regularizer = self.threshold_regularizer
        self.sparsity_strength = self._state(
            "sparsity_strength", getattr(regularizer, "strength", 0.0)
        )
        self.l2_strength = self._state("l2_strength", getattr(regularizer, "l2", 0.0))
        quantizer.bind(self.threshold, self.mask, self.threshold_gate, self.compute_dtype)

    def add_weight(self, *args: Any, **kwargs: Any) -> Any:
        # Whatever the policy, shadow weights and thresholds are compared in full precision: in half
        # of it, steps of training are too small to change a weight.
        full = {"dtype": "float64" if self.variable_dtype == "float64" else "float32"}
        return super().add_weight(*args, **{**full, **kwargs, "autocast": False})

    def _state(self, name: str, value: float, shape: tuple[int, ...] = ()) -> Any:
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=keras.initializers.Constant(value),
            trainable=False,
            dtype="float32",
        )

    def call(self, inputs: Any) -> Any:
        if self.threshold_regularizer is not None:
            self.add_loss(self._penalty())
        return super().call(inputs)

    def _penalty(self) -> Any:
        # One tensor for both terms: read twice, a built and a loaded model add up the kernel's
        # gradients in different orders, and a resumed training ends with other weights.
        kernel = ops.cast(self.kernel, "float32")
        soft_count = self.threshold_regularizer(kernel, self.threshold)
        l2 = ops.sum(ops.square(kernel))
        return self.sparsity_strength * soft_count + self.l2_strength * l2

    # keras.layers.Dense saves its kernel and bias alone; these save every weight of the layer.
    def save_own_variables(self, store: Any) -> None:
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store: Any) -> None:
        keras.layers.Layer.load_own_variables(self, store)

    def ternary_kernel(self) -> np.ndarray:
        """The kernel that inference uses, int8 of −1, 0 and 1, in the kernel's shape."""
        kernel = ops.convert_to_numpy(ops.cast(self.kernel, "float32"))
        keep = np.abs(kernel) > float(ops.convert_to_numpy(self.threshold))
        mask = ops.convert_to_numpy(self.mask)
        return (np.where(keep, np.sign(kernel), 0.0) * mask).astype(np.int8)

    def by_output(self, kernel: np.ndarray) -> np.ndarray:
        """An array of the kernel's shape as (weights of an output, outputs)."""
        return kernel.reshape(-1, kernel.shape[-1])

    def output_positions(self) -> int:
        """Output positions, such as rows · columns: how often an inference uses each weight.

        Raises:
            ValueError: if the layer was built for inputs of any size.
        """
        if None in self._positions:
            raise ValueError(
                f"inputs of '{self.name}' ({type(self).__name__}) must have a fixed shape, as in "
                f"keras.Input((32, 32, 3)). Received: {self._positions} output positions"
            )
        return math.prod(self._positions)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for fixed in FIXED_OPTIONS:
            config.pop(fixed, None)
        serialize = keras.saving.serialize_keras_object
        config["kernel_quantizer"] = serialize(self.kernel_quantizer_internal)
        config["threshold_regularizer"] = serialize(self.threshold_regularizer)
        return config


def own_quantizer(quantizer: Any) -> SparseTernary:
    """A quantizer of the layer's own, since it is bound to the layer's variables.

    Raises:
        ValueError: if `quantizer` is no SparseTernary, nor None, nor its serialized form.
    """
    if quantizer is None:
        return SparseTernary()
    if isinstance(quantizer, dict):
        quantizer = keras.saving.deserialize_keras_object(quantizer)
    if not isinstance(quantizer, SparseTernary):
        raise ValueError(f"`kernel_quantizer` must be a SparseTernary. Received: {quantizer!r}")
    return type(quantizer)(**quantizer.get_config())


def sparse_ternary_layers(model: keras.Model) -> list[Any]:
    """Every sparse ternary layer of a model, nested models' included, in order."""
    return [
        layer
        for layer in model._flatten_layers(include_self=False)
        if isinstance(layer, SparseTernaryLayer)
    ]


def overall_sparsity(layers: Iterable[Any]) -> float:
    """Share of the layers' weights that quantize to 0."""
    kernels = [layer.ternary_kernel() for layer in layers]
    return 1.0 - sum(map(np.count_nonzero, kernels)) / sum(k.size for k in kernels)
