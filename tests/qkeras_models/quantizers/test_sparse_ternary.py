import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from qkeras_models.quantizers.sparse_ternary import SparseTernary

# Denormal numbers count as 0 in TensorFlow's arithmetic.
FLOATS = st.floats(-1.5, 1.5, width=32, allow_subnormal=False)
WEIGHTS = arrays.arrays(np.float32, st.integers(1, 40), elements=FLOATS)
THRESHOLDS = st.floats(0.015625, 0.96875, width=32)


def bound(threshold, mask, gate=1.0, window=0.25):
    quantizer = SparseTernary(0.5, window)
    quantizer.bind(tf.Variable(threshold), tf.constant(mask), tf.constant(gate))
    return quantizer


def oracle(w, threshold, mask):
    return (np.sign(w) * (np.abs(w) > np.float32(threshold)) * mask).astype(np.float32)


@settings(max_examples=60)
@given(WEIGHTS, THRESHOLDS, st.randoms(use_true_random=False))
def test_forward_equals_numpy(w, threshold, random):
    mask = np.array([random.randint(0, 1) for _ in w], np.float32)
    w[: len(w) // 4] = threshold  # ties
    out = keras.ops.convert_to_numpy(bound(threshold, mask)(tf.constant(w)))
    np.testing.assert_array_equal(out, oracle(w, threshold, mask))
    assert set(np.unique(out)) <= {-1.0, 0.0, 1.0}


@settings(max_examples=60)
@given(WEIGHTS, THRESHOLDS, st.sampled_from([0.0, 1.0]))
def test_gradients_equal_numpy(w, threshold, gate):
    window = 0.25
    rng = np.random.default_rng(len(w))
    mask = rng.integers(0, 2, w.shape).astype(np.float32)
    upstream = rng.integers(-4, 5, w.shape).astype(np.float32)
    shadow, eta = tf.Variable(w), tf.Variable(np.float32(threshold))
    quantizer = SparseTernary(0.5, window)
    quantizer.bind(eta, tf.constant(mask), tf.constant(gate))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(quantizer(shadow) * upstream)
    by_w, by_eta = tape.gradient(loss, [shadow, eta])
    np.testing.assert_array_equal(by_w, upstream * mask * (np.abs(w) <= 1))
    inside = np.abs(np.abs(w) - np.float32(threshold)) < window / 2
    expected = -gate * np.sum(upstream * mask * np.sign(w) * inside) / window
    np.testing.assert_allclose(by_eta, expected, rtol=1e-5, atol=1e-5)


def test_unbound_quantizer_uses_its_initial_threshold():
    assert SparseTernary(threshold=0.5)([-0.7, 0.5, 0.9]).numpy().tolist() == [-1.0, 0.0, 1.0]


def test_serialization():
    quantizer = SparseTernary(0.4, 0.2)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(quantizer))
    assert again.get_config() == {"threshold": 0.4, "window": 0.2}


@pytest.mark.parametrize("arguments", [{"threshold": 0.0}, {"threshold": 1.0}, {"window": 0.0}])
def test_values_out_of_range_are_named(arguments):
    with pytest.raises(ValueError, match=f"`{next(iter(arguments))}` must be in .* Received: "):
        SparseTernary(**arguments)
