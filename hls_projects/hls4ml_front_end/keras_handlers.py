"""Keras 3 handlers: hls4ml's converter sees a sparse ternary chain as integer layers.

The handler of the IntegerHead, the last layer of a chain, returns the description of all layers
of its integer network; those before it return none.  So there is one source of weights, levels
and types, and it is IntegerNetwork.from_keras.  Layers outside such a chain are left to the
handlers that hls4ml had for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hls4ml.converters.keras_v3._base import KerasV3LayerHandler, registry

from hls_projects.hls4ml_front_end import keras_chain
from hls_projects.hls4ml_front_end.layer_list import Entry, layer_entries, quantizer_entry
from hls_projects.integer_network import IntegerNetwork

INNER_LAYERS = (
    "keras.src.layers.activations.activation.Activation",
    "keras.src.layers.core.identity.Identity",
    "keras.src.layers.normalization.batch_normalization.BatchNormalization",
    "keras.src.layers.regularization.activity_regularization.ActivityRegularization",
    "keras.src.layers.regularization.alpha_dropout.AlphaDropout",
    "keras.src.layers.regularization.dropout.Dropout",
    "keras.src.layers.regularization.gaussian_dropout.GaussianDropout",
    "keras.src.layers.regularization.gaussian_noise.GaussianNoise",
    "keras.src.layers.regularization.spatial_dropout.SpatialDropout1D",
    "keras.src.layers.regularization.spatial_dropout.SpatialDropout2D",
    "keras.src.layers.pooling.max_pooling2d.MaxPooling2D",
    "keras.src.layers.reshaping.flatten.Flatten",
    "keras.src.layers.reshaping.reshape.Reshape",
    "qkeras.qlayers.QActivation",
)
_ORIGINAL = {name: registry.get(name) for name in INNER_LAYERS}


class InnerLayerHandler(KerasV3LayerHandler):
    """Layers that a chain holds and other models, too: nothing inside, as before outside."""

    handles = INNER_LAYERS

    def __call__(
        self, layer: Any, in_tensors: Sequence[Any], out_tensors: Sequence[Any]
    ) -> tuple[Entry, ...] | None:
        if len(in_tensors) == 1 and keras_chain.inside_chain(in_tensors[0]):
            return ()
        original = _ORIGINAL[f"{type(layer).__module__}.{type(layer).__name__}"]
        return None if original is None else original(layer, in_tensors, out_tensors)


class TernaryLayerHandler(KerasV3LayerHandler):
    """The layers of qkeras_models before the head."""

    handles = (
        "qkeras_models.input_quantizer.InputQuantizer",
        "qkeras_models.sparse_ternary_conv2d.SparseTernaryConv2D",
        "qkeras_models.sparse_ternary_dense.SparseTernaryDense",
        "qkeras_models.ternary_conv2d.TernaryConv2D",
        "qkeras_models.ternary_dense.TernaryDense",
    )

    def __call__(
        self, layer: Any, in_tensors: Sequence[Any], out_tensors: Sequence[Any]
    ) -> tuple[Entry, ...]:
        if not keras_chain.after_quantizer(out_tensors[0]):
            raise ValueError(
                f"the inputs of '{layer.name}' were never quantized: put an InputQuantizer before "
                "the first layer"
            )
        if not keras_chain.reaches_head(layer):
            raise ValueError(
                f"no IntegerHead follows '{layer.name}': a sparse ternary network must end with "
                "one, whose logits are integers"
            )
        return ()


class IntegerHeadHandler(KerasV3LayerHandler):
    """The end of a chain: all of its layers."""

    handles = ("qkeras_models.integer_head.IntegerHead",)

    def __call__(
        self, layer: Any, in_tensors: Sequence[Any], out_tensors: Sequence[Any]
    ) -> tuple[Entry, ...]:
        import keras

        model_input, quantizer_input = keras_chain.chain_tensors(out_tensors[0])
        chain = keras.Model(model_input, out_tensors[0])
        network = IntegerNetwork.from_keras(chain)
        layers = layer_entries(network, keras_chain.integer_layer_names(chain))
        # hls4ml's own handler has described a Flatten that stands before the quantizer.
        quantized = layers[keras_chain.quantizer_position(chain) :]
        quantizer = quantizer_entry(network.input, keras_chain.quantizer_name(chain))
        entries = [quantizer, *quantized]
        return _connected(entries, quantizer_input.name, out_tensors[0].name)


def _connected(entries: list[Entry], first: str, last: str) -> tuple[Entry, ...]:
    """Names the tensors between consecutive layers, as hls4ml's parser wants it."""
    inner = [f"{last}/{entry['name']}" for entry in entries[:-1]]
    for entry, source, result in zip(entries, [first, *inner], [*inner, last], strict=True):
        entry["input_keras_tensor_names"] = [source]
        entry["output_keras_tensor_names"] = [result]
    return tuple(entries)
