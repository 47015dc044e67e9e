import keras
import numpy as np
import pytest
from qkeras import QActivation, QDense

from hls_projects.kinds import Levels
from hls_projects.kinds.layer import INT32
from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.layers.input_quantizer import InputQuantizer
from qkeras_models.layers.integer_head import IntegerHead
from qkeras_models.layers.sparse_ternary_dense import SparseTernaryDense
from qkeras_models.layers.sparse_ternary_layer import sparse_ternary_layers
from qkeras_models.networks.builders import mlp
from tests.hls_projects.keras_models import assert_exact, randomize

BN = keras.layers.BatchNormalization


@pytest.mark.parametrize("activation_bits", [1, 2, 3, 4])
@pytest.mark.parametrize("signed", [False, True])
def test_integer_network_equals_keras(activation_bits, signed):
    model = mlp((7, 3), (12, 9), 4, input_bits=5, input_signed=signed, input_scale=1 / 16,
                activation_bits=activation_bits)
    randomize(model, activation_bits)
    x = np.random.default_rng(1).uniform(-3, 3, (400, 7, 3)).astype(np.float32)
    x[:4] = [[[1e30]], [[-1e30]], [[0.0]], [[-0.0625]]]
    assert_exact(model, x)


@pytest.mark.parametrize("activation", [
    "binary()", "binary(use_01=True, alpha=1.0)", "quantized_relu(2)", "quantized_relu(3,1)",
    "quantized_relu(8,8)", "quantized_bits(4,3)", "quantized_tanh(1)",
])
def test_other_activations_and_steps(activation):
    step = {"quantized_relu(2)": 0.25, "quantized_relu(3,1)": 0.25}.get(activation, 1.0)
    model = keras.Sequential([
        keras.Input((10,)), InputQuantizer(2, scale=0.25),
        SparseTernaryDense(32), BN(), QActivation(activation),
        SparseTernaryDense(24), BN(), keras.layers.Dropout(0.5), QActivation(activation),
        SparseTernaryDense(3), IntegerHead(step=step),
    ])
    randomize(model, 5)
    x = np.random.default_rng(2).random((300, 10)).astype(np.float32)
    assert len(np.unique(assert_exact(model, x).predict(x), axis=0)) > 5


def test_single_layer_and_nested_models_and_feature_scales():
    inner_in = keras.Input((4,))
    inner = keras.Model(inner_in, QActivation("quantized_relu(2,2)")(
        BN()(SparseTernaryDense(6)(inner_in))))
    inputs = keras.Input((4,))
    x = InputQuantizer(8, signed=True, scale=[0.5, 0.25, 1.0, 2.0])(inputs)
    model = keras.Model(inputs, IntegerHead()(SparseTernaryDense(3)(inner(x))))
    randomize(model)
    network = assert_exact(model, np.random.default_rng(0).normal(size=(200, 4)) * 50)
    assert network.input.scale == (0.5, 0.25, 1.0, 2.0)
    assert_exact(randomize(mlp((5,), (), 3)), np.random.default_rng(0).random((50, 5)))


def test_empty_columns_and_layers():
    model = randomize(mlp((9,), (6, 5), 3))
    first, second, _ = sparse_ternary_layers(model)
    kernel = np.array(first.kernel)
    kernel[:, ::2] = 0
    first.kernel.assign(kernel)
    assert_exact(model, np.random.default_rng(0).random((100, 9)))
    second.kernel.assign(np.zeros(second.kernel.shape))
    network = assert_exact(model, np.random.default_rng(0).random((100, 9)))
    assert len(np.unique(network.predict(np.random.rand(20, 9)), axis=0)) == 1


def test_zero_gamma_gives_a_constant_channel():
    model = randomize(mlp((9,), (6,), 3))
    normalization = model.get_layer("normalization_1")
    normalization.gamma.assign(np.zeros(6))
    normalization.beta.assign([-1.0, 0.7, 1.7, 9.0, 0.0, 2.4])
    threshold = assert_exact(model, np.random.default_rng(0).random((50, 9))).layers[2]
    assert isinstance(threshold, Levels)
    assert set(np.unique(threshold.levels)) == {INT32.min, INT32.max}
    assert (threshold.levels == INT32.min).sum(axis=1).tolist() == [0, 1, 2, 3, 0, 2]


def chain(*layers):
    return keras.Sequential([keras.Input((6,)), *layers])


@pytest.mark.parametrize("layers, message", [
    ((SparseTernaryDense(3), IntegerHead()), "were never quantized: put an InputQuantizer"),
    ((InputQuantizer(1), QDense(3)), r"weights of '.*' \(QDense\) must be integers of 8 bits"),
    ((InputQuantizer(1), SparseTernaryDense(3), BN()), "batch normalization that no activation"),
    ((InputQuantizer(1), SparseTernaryDense(3), BN(), QActivation("quantized_relu_po2(4)"),
      SparseTernaryDense(2), IntegerHead()), "activation must be quantized_relu"),
    ((InputQuantizer(1), SparseTernaryDense(3), BN(), keras.layers.Activation("relu"),
      SparseTernaryDense(2), IntegerHead()), "activation must be quantized_relu.*Received: relu"),
    ((InputQuantizer(1), SparseTernaryDense(3), BN(), SparseTernaryDense(2), IntegerHead()),
     "a QActivation must follow"),
    ((InputQuantizer(1), SparseTernaryDense(3), BN(), QActivation("quantized_relu(2,1)"),
      SparseTernaryDense(2), IntegerHead()), r"has step 1.0, but the activation before"),
])
def test_models_without_an_integer_network_are_named(layers, message):
    with pytest.raises(ValueError, match=message):
        IntegerNetwork.from_keras(chain(*layers))


def test_branches_are_added():
    inputs = keras.Input((6,))
    x = InputQuantizer(1)(inputs)
    both = keras.layers.Add(name="add")([SparseTernaryDense(3)(x), SparseTernaryDense(3)(x)])
    model = randomize(keras.Model(inputs, IntegerHead()(both)))
    network = assert_exact(model, np.random.default_rng(0).random((100, 6)))
    assert [layer.kind for layer in network.layers] == ["dense", "dense", "add", "head"]


def test_dense_layers_over_positions():
    model = keras.Sequential([
        keras.Input((2, 3)), InputQuantizer(2, scale=0.25), SparseTernaryDense(5), BN(),
        QActivation("quantized_relu(2,2)"), keras.layers.Flatten(), SparseTernaryDense(3),
        IntegerHead(),
    ])
    randomize(model)
    assert_exact(model, np.random.default_rng(0).random((200, 2, 3)))


@pytest.mark.parametrize("bias", [2.0**22, -(2.0**40), np.inf, np.nan])
def test_biases_beyond_float32_logits_are_refused(bias):
    model = randomize(mlp((4,), (3,), 2))
    model.layers[-1].bias.assign([0.0, bias])
    with pytest.raises(ValueError, match="beyond the 2.22|bias of .* holds"):
        IntegerNetwork.from_keras(model)
    model.layers[-1].bias.assign([0.0, 2.0**21])
    assert_exact(model, np.random.default_rng(0).random((20, 4)))


@pytest.mark.parametrize("name", ["a\nb", 'a"; system("true', "a\\", "α", "a" * 201])
def test_names_that_would_leave_a_comment_are_refused(name):
    layers = [keras.Input((4,)), InputQuantizer(2), SparseTernaryDense(3, name=name), IntegerHead()]
    with pytest.raises(ValueError, match="names of layers must be letters"):
        IntegerNetwork.from_keras(keras.Sequential(layers))
