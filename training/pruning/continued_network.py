"""A network that was trained already, ready to be trained on."""

from __future__ import annotations

import keras
import numpy as np
from qkeras.quantizers import quantized_bits

from qkeras_models.files.saved_model import copy_of
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from qkeras_models.networks.kernels import kernel_of, kernel_quantizer
from qkeras_models.quantizers.sparse_ternary import SparseTernary
from training.steps.batch_statistics import restate

# Enough for means and variances of every channel.
SAMPLES = 4096
LAST = {"softmax", "sigmoid"}


def is_sparse_ternary(model: keras.Model) -> bool:
    """Whether every layer of weights is a sparse ternary one, with a threshold that is trained.

    The first may be one of `first_layer_bits` instead.
    """
    layers = sparse_ternary_layers(model)
    own = all(type(layer.kernel_quantizer_internal) is SparseTernary for layer in layers)
    weighted = [layer for layer in model._flatten_layers() if kernel_of(layer) is not None]
    others = [layer for layer in weighted if layer not in layers]
    quantizers = [type(kernel_quantizer(layer)) for layer in others]
    first = others == weighted[:1] and quantizers == [quantized_bits]
    return bool(layers) and own and (not others or first)


def continued(
    model: keras.Model,
    x_train: np.ndarray,
    precision: str,
    input_bits: int | None = None,
    stage: int = 1,
) -> keras.Model:
    """The same network, which computes what it did: in stage 1 it can lose more weights.

    Shadow weights, thresholds and masks are those it has: what left for good stays out.  A softmax
    or sigmoid at the end is left out, since losses here take logits.

    Args:
        model: of sparse ternary layers; with stage 3, of any.
        x_train: training samples, for the statistics of its normalizations.
        precision: dtype policy to train in.
        input_bits: those asked for, None for the model's.
        stage: 1, or 3 for one that is to lose none.

    Raises:
        ValueError: if the model's inputs have another number of bits.
    """
    for layer in model._flatten_layers():
        if isinstance(layer, InputQuantizer) and input_bits not in (None, layer.bits):
            raise ValueError(
                f"`input_bits` must be {layer.bits}, as the `model` has it. Received: {input_bits}"
            )
    restate(model, x_train[:SAMPLES])
    again = copy_of(_logits(model), precision)
    for layer in sparse_ternary_layers(again):
        layer.stage.assign(float(stage))
        layer.threshold_gate.assign(1.0)
        layer.sparsity_strength.assign(0.0)
        layer.l2_strength.assign(0.0)
    return again


def _logits(model: keras.Model) -> keras.Model:
    last = model.outputs[0]._keras_history.operation
    function = getattr(getattr(last, "activation", None), "__name__", "")
    if not {type(last).__name__.lower(), function} & LAST:
        return model
    return keras.Model(model.inputs, last.input, name=model.name)
