"""The methods that can be compared: what network each trains, by which callback, and its name.

Each is one entry of METHODS; docs/baselines.md defines them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

    from training.data import Dataset

# A Config, whose module reads the names of this table.
Config = Any


def _sparse_callback(config: Config, **changed: Any) -> Any:
    from training.pruning.quantization_pruning import QuantizationPruning

    return QuantizationPruning(
        config.sparsity,
        strength=config.strength,
        cost=config.cost,
        survivors=config.survivors,
        fan_in=config.fan_in,
        gradual=config.gradual,
        **_stages(config) | changed,
    )


def _without_retraining(config: Config) -> Any:
    return _sparse_callback(config, stage1_epochs=config.epochs)


def _l2_callback(config: Config) -> Any:
    from training.baselines.l2_pruning import L2Pruning

    return L2Pruning(config.sparsity, survivors=config.survivors, **_stages(config))


def _magnitude_callback(config: Config) -> Any:
    from training.baselines.magnitude_pruning import MagnitudePruning

    return MagnitudePruning(config.sparsity, **_stages(config))


def _dense_callback(config: Config) -> Any:
    from training.baselines.dense_training import DenseTraining

    return DenseTraining()


def _stages(config: Config) -> dict[str, Any]:
    return {
        "stage1_epochs": config.stage1_epochs,
        "l2": config.l2,
        "min_density": config.min_density,
        "retrain_learning_rate": config.retrain_learning_rate,
    }


def _sparse_model(config: Config, data: Dataset) -> keras.Model:
    if config.model is None:
        return _quantized(config, data, None)
    from qkeras_models.networks.sparsification import sparsify
    from training.matching_model import check_activations, check_layers, load_matching
    from training.pruning.continued_network import continued, is_sparse_ternary

    given = load_matching(config.model, "model", data)
    check_layers(given, config, lambda: _quantized(config, data, None))
    if is_sparse_ternary(given):
        check_activations(config)
        return continued(given, data.x_train, config.precision, config.input_bits)
    return sparsify(
        given,
        input_format=data.format,
        activation_bits=config.activation_bits,
        first_layer_bits=config.first_layer_bits,
        threshold=config.threshold,
        window=config.window,
        logits=True,
    )


def trained_model(config: Config, data: Dataset) -> keras.Model:
    """The configuration's `model` as it is, of whatever weights, for normalizations alone.

    Raises:
        ValueError: if it has none, does not fit the data, or is not what else is asked for.
    """
    from keras.layers import BatchNormalization

    from training.matching_model import check_activations, check_layers, load_matching
    from training.pruning.continued_network import continued

    given = load_matching(config.model, "model", data)
    check_layers(given, config, lambda: _quantized(config, data, None))
    check_activations(config)
    if not any(isinstance(layer, BatchNormalization) for layer in given._flatten_layers()):
        raise ValueError(
            "`normalization_epochs` needs a `model` with a BatchNormalization. "
            f"Received: {config.model}"
        )
    return continued(given, data.x_train, config.precision, config.input_bits, stage=3)


def _binary_model(config: Config, data: Dataset) -> keras.Model:
    from qkeras_models.quantizers.binary_weights import BinaryWeights

    return _quantized(config, data, BinaryWeights())


def _ternary_model(config: Config, data: Dataset) -> keras.Model:
    from qkeras_models.quantizers.ternary_weights import TernaryWeights

    return _quantized(config, data, TernaryWeights())


def _magnitude_model(config: Config, data: Dataset) -> keras.Model:
    from qkeras_models.quantizers.magnitude_pruned import MagnitudePruned

    return _quantized(config, data, MagnitudePruned(), kernel_initializer="glorot_uniform")


def _float_model(config: Config, data: Dataset) -> keras.Model:
    from qkeras_models.networks.builders import float_feed_forward

    return float_feed_forward(data.shape, config.hidden, data.outputs, **_inputs(config, data))


def _quantized(
    config: Config, data: Dataset, quantizer: Any, **options: Any
) -> keras.Model:
    from qkeras_models.networks.builders import feed_forward

    return feed_forward(
        data.shape,
        config.hidden,
        data.outputs,
        **_inputs(config, data),
        activation_bits=config.activation_bits,
        first_layer_bits=config.first_layer_bits,
        threshold=config.threshold,
        window=config.window,
        quantizer=quantizer,
        **options,
    )


def _inputs(config: Config, data: Dataset) -> dict[str, Any]:
    return {
        "input_bits": data.format.bits,
        "input_signed": data.format.signed,
        "input_scale": data.format.scale,
        "thermometer": data.thermometer,
        "train_thresholds": config.train_thresholds,
        "width": config.width,
        "name": (config.preset or "network").replace("-", "_"),
    }


@dataclass(frozen=True)
class Method:
    """How weights become what inference uses.

    Args:
        name: in configurations and records.
        label: in tables and plots.
        model: makes the network of a configuration for some data, not compiled.
        callback: makes the callback that drives its training.
        dense: whether no weight is ever pruned, so that there are no stages.
        by_strength: whether λ may be given instead of a sparsity.
        leaves_early: whether weights can leave in stage 1, by a `fan_in` or `gradual`.
        of_model: whether it can make a network of the user's own file.
        conventional: whether the claims hold the sparse ternary method against it.
    """

    name: str
    label: str
    model: Callable[[Config, Dataset], keras.Model]
    callback: Callable[[Config], Any]
    dense: bool = False
    by_strength: bool = False
    leaves_early: bool = False
    of_model: bool = False
    conventional: bool = False


# In the order in which tables list them.
METHODS = {
    method.name: method
    for method in (
        Method("float", "float32", _float_model, _dense_callback, dense=True, by_strength=True),
        Method(
            "binary", "binary", _binary_model, _dense_callback, dense=True, by_strength=True,
            conventional=True,
        ),
        Method(
            "ternary", "dense ternary", _ternary_model, _dense_callback, dense=True,
            by_strength=True, conventional=True,
        ),
        Method(
            "magnitude", "magnitude pruning", _magnitude_model, _magnitude_callback,
            conventional=True,
        ),
        Method("l2", "L2 alone", _sparse_model, _l2_callback, of_model=True),
        Method(
            "no-retraining", "no retraining", _sparse_model, _without_retraining,
            by_strength=True, leaves_early=True, of_model=True,
        ),
        Method(
            "sparse", "sparse ternary", _sparse_model, _sparse_callback, by_strength=True,
            leaves_early=True, of_model=True,
        ),
    )
}
