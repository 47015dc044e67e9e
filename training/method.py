"""The methods that can be compared: what network each trains, and by which callback."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

    from training.config import TrainingConfig
    from training.data import Dataset


class Method(str, Enum):
    """How weights become what inference uses; defined in docs/baselines.md."""

    SPARSE = "sparse"
    FLOAT = "float"
    BINARY = "binary"
    TERNARY = "ternary"
    MAGNITUDE = "magnitude"
    L2 = "l2"
    NO_RETRAINING = "no-retraining"

    @property
    def dense(self) -> bool:
        """Whether no weight is ever pruned, so that there are no stages."""
        return self in (Method.FLOAT, Method.BINARY, Method.TERNARY)


def method_model(config: TrainingConfig, data: Dataset) -> keras.Model:
    """The network of a configuration's method, not compiled."""
    from qkeras_models.networks.builders import feed_forward, float_feed_forward
    from qkeras_models.quantizers.binary_weights import BinaryWeights
    from qkeras_models.quantizers.magnitude_pruned import MagnitudePruned
    from qkeras_models.quantizers.ternary_weights import TernaryWeights

    if config.model is not None:
        return _sparsified(config, data)
    method = Method(config.method)
    inputs = {
        "input_bits": data.format.bits,
        "input_signed": data.format.signed,
        "input_scale": data.format.scale,
        "width": config.width,
        "name": (config.preset or "network").replace("-", "_"),
    }
    if method is Method.FLOAT:
        return float_feed_forward(data.shape, config.hidden, data.outputs, **inputs)
    quantizers = {
        Method.BINARY: BinaryWeights,
        Method.TERNARY: TernaryWeights,
        Method.MAGNITUDE: MagnitudePruned,
    }
    return feed_forward(
        data.shape,
        config.hidden,
        data.outputs,
        **inputs,
        activation_bits=config.activation_bits,
        threshold=config.threshold,
        window=config.window,
        quantizer=quantizers[method]() if method in quantizers else None,
        kernel_initializer="glorot_uniform" if method is Method.MAGNITUDE else None,
    )


def _sparsified(config: TrainingConfig, data: Dataset) -> keras.Model:
    """The network of the user's own file, made sparse ternary, for losses of logits."""
    from qkeras_models.networks.sparsification import sparsify
    from training.matching_model import load_matching

    return sparsify(
        load_matching(config.model, "model", data),
        input_format=data.format,
        activation_bits=config.activation_bits,
        threshold=config.threshold,
        window=config.window,
        logits=True,
    )


def method_callback(config: TrainingConfig) -> Any:
    """The callback that drives a training by a configuration's method."""
    from training.baselines.dense_training import DenseTraining
    from training.baselines.l2_pruning import L2Pruning
    from training.baselines.magnitude_pruning import MagnitudePruning
    from training.pruning.quantization_pruning import QuantizationPruning

    method = Method(config.method)
    if method.dense:
        return DenseTraining()
    without_stage_3 = method is Method.NO_RETRAINING
    options = {
        "stage1_epochs": config.epochs if without_stage_3 else config.stage1_epochs,
        "l2": config.l2,
        "min_density": config.min_density,
        "retrain_learning_rate": config.retrain_learning_rate,
    }
    if method is Method.MAGNITUDE:
        return MagnitudePruning(config.sparsity, **options)
    if method is Method.L2:
        return L2Pruning(config.sparsity, survivors=config.survivors, **options)
    return QuantizationPruning(
        config.sparsity,
        strength=config.strength,
        cost=config.cost,
        survivors=config.survivors,
        **options,
    )
