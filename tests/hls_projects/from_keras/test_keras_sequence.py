"""What a model may be, and what both entrances say of one that they refuse."""

from __future__ import annotations

import hls4ml
import keras
import numpy as np
import pytest
from hls4ml.converters import convert_from_keras_model
from qkeras import QActivation, quantized_relu

from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.files.saved_model import float32_copy
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_conv2d import SparseTernaryConv2D
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from tests.hls_projects.keras_models import assert_exact, entrances, randomize

layers = keras.layers
RELU = "quantized_relu(2,2)"
SAMPLES = np.random.default_rng(0).uniform(0, 1, (100, 8)).astype(np.float32)


def activated(x, units=16, activation=RELU, **call):
    x = SparseTernaryDense(units)(x)
    return QActivation(activation)(layers.BatchNormalization(name="norm")(x, **call))


def functional(body, shape=(8,), before=None):
    inputs = keras.Input(shape)
    x = inputs if before is None else before(inputs)
    x = body(InputQuantizer(bits=4, scale=1 / 16)(x))
    return keras.Model(inputs, IntegerHead(name="head")(SparseTernaryDense(5)(x)))


def residual(x):
    x = activated(x)
    again = SparseTernaryDense(16)(x)
    again = QActivation(RELU)(layers.BatchNormalization()(again))
    return layers.Add(name="sum")([x, again])


def joined():
    inputs = [keras.Input((8,)), keras.Input((4,))]
    formats = ((16, False), (3, True))
    quantized = [InputQuantizer(*form)(x) for form, x in zip(formats, inputs, strict=True)]
    x = layers.Concatenate(name="both")(quantized)
    return keras.Model(inputs, IntegerHead()(SparseTernaryDense(5)(x)))


def unused_input():
    inputs = [keras.Input((8,), name="used"), keras.Input((4,), name="unused")]
    x = InputQuantizer(bits=4)(inputs[0])
    return keras.Model(inputs, IntegerHead()(SparseTernaryDense(5)(x)))


class Dropout(layers.Layer):
    """Somebody's own layer of a name that Keras knows."""

    def call(self, inputs):
        return inputs * 2


class Doubled(keras.Model):
    """A functional model whose outputs are not those of its graph."""

    def call(self, inputs, training=None, mask=None):
        return 2 * super().call(inputs, training=training, mask=mask)


class Subclassed(keras.Model):
    """A model without a graph."""

    def __init__(self):
        super().__init__()
        self.first, self.last = SparseTernaryDense(5), IntegerHead()

    def call(self, inputs):
        return self.last(self.first(inputs))


def doubled():
    model = functional(lambda x: x)
    return Doubled(model.inputs, model.outputs)


def built():
    model = Subclassed()
    model(SAMPLES)
    return model


CASES = {
    "two inputs": (joined, "fit integers of 16 bits, .*16 bits unsigned of .*, 3 bits signed of"),
    "unused input": (unused_input, "no layer of model .* takes its input 'unused'"),
    "normalization": (
        lambda: functional(lambda x: x, before=layers.Normalization(
            mean=0.0, variance=1.0, name="before")),
        r"'before' \(Normalization\) cannot be converted; use InputQuantizer\(scale="),
    "rescaling": (lambda: functional(lambda x: x, before=layers.Rescaling(1 / 255, name="before")),
                  r"'before' \(Rescaling\) cannot be converted; use InputQuantizer\(scale="),
    "float layer before": (lambda: functional(lambda x: x, before=layers.Dense(8, name="before")),
                           "inputs of 'before' were never quantized: put an InputQuantizer"),
    "conv1d": (lambda: functional(lambda x: layers.Flatten()(layers.Conv1D(4, 3, name="line")(x)),
                                  shape=(16, 2)),
               r"weights of 'line' \(Conv1D\) must be integers of 8 bits"),
    "masking": (lambda: functional(lambda x: layers.Flatten()(layers.Masking(name="mask")(x)),
                                   shape=(4, 2)),
                r"'mask' \(Masking\) cannot be converted; use inputs of a fixed length"),
    "lambda": (lambda: functional(layers.Lambda(lambda x: x * 2, name="twice")),
               r"'twice' \(Lambda\) cannot be converted"),
    "operation": (lambda: functional(lambda x: x * 2.0), r"\(Multiply\) cannot be converted"),
    "wrapped": (lambda: functional(lambda x: layers.Flatten()(layers.TimeDistributed(
        SparseTernaryDense(3), name="each")(x)), shape=(4, 2)),
        r"'each' \(TimeDistributed\) cannot be converted; use the layer itself"),
    "softmax inside": (lambda: functional(lambda x: layers.Softmax(name="soft")(x)),
                       r"'soft' \(Softmax\) cannot be converted; use an IntegerHead before it"),
    "name of Keras": (lambda: functional(Dropout(name="mine")),
                      r"'mine' \(Dropout\) cannot be converted"),
    "dropout that drops": (lambda: functional(lambda x: layers.Dropout(0.5, name="drop")(
        x, training=True)), r"'drop' \(Dropout\) is called with training=True"),
    "statistics of a batch": (lambda: functional(lambda x: activated(x, training=True)),
                              r"'norm' \(BatchNormalization\) is called with training=True"),
    "own call": (doubled, "without a `call` of its own. Received: Doubled"),
    "subclassed": (built, "without a `call` of its own. Received: Subclassed"),
}


@pytest.mark.parametrize("case", CASES)
def test_both_entrances_name_the_layer_and_what_works(case):
    make, message = CASES[case]
    model = make()
    with pytest.raises(ValueError, match=message):
        IntegerNetwork.from_keras(model)
    first, second = entrances(model)
    assert first == second


def test_mixed_precision_is_refused_and_its_copy_converts():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = randomize(functional(activated))
    finally:
        keras.config.set_dtype_policy("float32")
    first, second = entrances(model)
    assert first == second and "must compute in float32" in first
    assert "float32_copy" in first and "Received: bfloat16" in first
    assert_exact(float32_copy(model), SAMPLES)


def test_the_way_around_a_conv1d_is_exact():
    model = keras.Sequential([
        keras.Input((16, 2)), InputQuantizer(bits=3, scale=1 / 8), layers.Reshape((16, 1, 2)),
        SparseTernaryConv2D(4, (3, 1)), layers.BatchNormalization(), QActivation(RELU),
        layers.MaxPooling2D((2, 1)), layers.Flatten(), SparseTernaryDense(3), IntegerHead(),
    ])
    assert_exact(randomize(model), np.random.default_rng(1).random((100, 16, 2)))


def test_the_output_of_a_nested_model_is_the_one_that_is_used():
    inner_inputs = keras.Input((8,))
    outputs = [activated(inner_inputs, 4), QActivation(RELU)(
        layers.BatchNormalization()(SparseTernaryDense(6)(inner_inputs)))]
    inner = keras.Model(inner_inputs, outputs)
    model = randomize(functional(lambda x: inner(x)[1]))
    assert IntegerNetwork.from_keras(model).layers[0].weights.shape == (8, 6)
    assert_exact(model, SAMPLES)


def test_shared_layers_and_equal_names_become_layers_of_their_own(tmp_path):
    shared = QActivation(RELU, name="levels")
    reshape = layers.Reshape((4, 2), name="rows")
    inner = keras.Sequential([keras.Input((8,)), SparseTernaryDense(8, name="dense")])

    def body(x):
        x = shared(layers.BatchNormalization()(inner(x)))
        x = layers.Flatten()(reshape(x))
        x = shared(layers.BatchNormalization()(SparseTernaryDense(8, name="dense")(x)))
        return layers.Flatten()(reshape(x))

    model = randomize(functional(body))
    network = assert_exact(model, SAMPLES)
    hls_model = convert_from_keras_model(
        model, backend="Vitis", output_dir=str(tmp_path / "hls"), project_name="shared"
    )
    names = list(hls_model.graph)
    assert len(set(names)) == len(names) and {"levels", "levels_1", "dense_1"} <= set(names)
    hls_model.compile()
    np.testing.assert_array_equal(hls_model.predict(SAMPLES), network.predict(SAMPLES))


@pytest.mark.parametrize("name, expected", [
    ("features", "features"), ("in-put", "x"), ("int", "x"),
])
def test_the_input_keeps_a_name_that_cpp_can_have(name, expected):
    inputs = keras.Input((8,), name=name)
    model = keras.Model(inputs, functional(lambda x: x)(inputs))
    entries, sources, *_ = hls4ml.converters.parse_keras_v3_model(model)
    assert entries[0]["name"] == expected and sources == [expected]
    assert entries[1]["inputs"] == [expected]


@pytest.mark.parametrize("quantizer", [
    quantized_relu(2, 2, qnoise_factor=0.5),
    quantized_relu(2, 2, qnoise_factor=0.0),
    quantized_relu(2, 2, qnoise_factor=0.999),
    quantized_relu(3, 3, relu_upper_bound=3.3, is_quantized_clip=False),
])
def test_activations_off_their_levels_are_refused(quantizer):
    model = functional(lambda x: activated(x, activation=quantizer))
    randomize(model)
    first, second = entrances(model)
    assert first == second
    assert "activation must be quantized_relu" in first and "qnoise_factor below 1" in first
    assert "'norm' after" in first and "none of its" in first


def test_an_upper_bound_that_is_a_level_is_none():
    bounded = quantized_relu(3, 3, relu_upper_bound=3.0, is_quantized_clip=False)
    assert_exact(randomize(functional(lambda x: activated(x, activation=bounded))), SAMPLES)
