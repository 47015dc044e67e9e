import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls_projects.from_keras.values.levels import find_levels
from hls_projects.kinds import Add, Dense, Flatten, Head, Levels
from hls_projects.kinds.layer import INT32
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork


def network(seed=0, bits=2, inputs=6, hidden=5, classes=3):
    rng = np.random.default_rng(seed)
    return IntegerNetwork(
        InputFormat(3, True, 0.5, (inputs,)),
        (
            Dense(rng.integers(-1, 2, (inputs, hidden)).astype(np.int8)),
            Levels(
                rng.integers(-9, 9, (hidden, 2**bits - 1)).astype(np.int32),
                rng.choice([-1, 1], hidden).astype(np.int8),
            ),
            Dense(rng.integers(-1, 2, (hidden, classes)).astype(np.int8)),
            Head(rng.integers(-5, 5, classes).astype(np.int32)),
        ),
        {"model": "test"},
    )


def test_save_and_load(tmp_path):
    before = network()
    before.save(tmp_path / "network.npz")
    after = IntegerNetwork.load(tmp_path / "network.npz")
    x = np.random.default_rng(1).normal(size=(100, 6)) * 3
    np.testing.assert_array_equal(before.predict(x), after.predict(x))
    assert after.input == before.input and after.provenance == before.provenance
    assert [p.name for p in tmp_path.iterdir()] == ["network.npz"]


def test_prediction_is_plain_integer_arithmetic():
    net = network(3)
    x = np.random.default_rng(2).normal(size=(50, 6)) * 3
    first, threshold, second, head = net.layers
    x_int = np.clip(np.floor(x / 0.5), -4, 3).astype(int)
    acc = x_int @ first.weights.astype(int)
    rising = threshold.direction > 0
    hidden = sum(np.where(rising, acc >= v, acc <= v) for v in threshold.levels.T)
    np.testing.assert_array_equal(net.predict(x), hidden @ second.weights.astype(int) + head.bias)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_no_input_leaves_the_ranges(seed, bits):
    net = network(seed, bits)
    rng = np.random.default_rng(seed)
    x = rng.integers(net.input.lowest, net.input.highest + 1, (64, 6))
    for values, (lowest, highest) in zip(net.trace(x), net.ranges(), strict=True):
        assert (values >= lowest).all() and (values <= highest).all()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(-20, 20), min_size=1, max_size=5),
    st.integers(0, 60),
    st.integers(1, 4),
    st.integers(0, 10**6),
)
def test_found_thresholds_equal_any_monotonic_function(lowest, span, bits, seed):
    rng = np.random.default_rng(seed)
    lowest = np.array(lowest, np.int64)
    highest = lowest + rng.integers(0, span + 1, len(lowest))
    direction = rng.choice([-1, 1], len(lowest))
    edges = rng.integers(-40, 90, (2**bits - 1, len(lowest)))

    def count(acc):
        reached = np.where(direction > 0, acc[:, None] >= edges, acc[:, None] <= edges)
        return reached.sum(axis=1)

    found = find_levels(count, lowest, highest, bits)
    rows = np.arange(int((highest - lowest).max()) + 1)[:, None]
    every = np.minimum(lowest + rows, highest)
    np.testing.assert_array_equal(found.forward(every), count(every))
    constant = count(lowest[None])[0] == count(highest[None])[0]
    at_ends = np.isin(found.levels, (INT32.min, INT32.max)).all(axis=1)
    np.testing.assert_array_equal(at_ends, constant)


def test_thresholds_need_a_monotonic_function():
    with pytest.raises(ValueError, match="channel 1 is not monotonic"):
        find_levels(
            lambda acc: np.stack([acc[:, 0] > 2, acc[:, 1] == 2], axis=1).astype(int),
            np.zeros(2, int), np.full(2, 9), 1,
        )


def corrupt(path, **changes):
    with np.load(path) as archive:
        content = dict(archive)
    header = json.loads(bytes(content["header"]))
    header.update(changes.pop("header", {}))
    content["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    content.update(changes)
    np.savez(path, **{k: v for k, v in content.items() if v is not None})


@pytest.mark.parametrize("changes, message", [
    ({"header": {"format": 4}}, "`format` must be 1, 2 or 3. Received: 4"),
    ({"header": {"classes": 7}}, "`classes` is 7, but the head has 3"),
    ({"header": {"layers": [{"kind": "softmax"}]}}, "`kind` must be one of"),
    ({"0_weights": np.full((6, 5), 2, np.int8)}, "must be -1, 0 or 1"),
    ({"0_weights": np.zeros((6, 5), np.float32)}, "int8 array.*Received: float32"),
    ({"0_weights": np.zeros((7, 5), np.int8)}, "layer 0.*7 inputs cannot follow"),
    ({"1_levels": np.zeros((5, 2), np.int32)}, "2\\^bits - 1 levels"),
    ({"1_direction": np.zeros(5, np.int8)}, "`direction` must be 1 or -1"),
    ({"3_bias": None}, "3_bias"),
])
def test_damaged_files_are_named(tmp_path, changes, message):
    path = tmp_path / "network.npz"
    network().save(path)
    corrupt(path, **changes)
    with pytest.raises(ValueError, match=f"network.npz is no valid(.|\n)*{message}"):
        IntegerNetwork.load(path)


def test_truncated_and_foreign_files(tmp_path):
    path = tmp_path / "network.npz"
    network().save(path)
    content = path.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match="no valid network.npz"):
            IntegerNetwork.load(path)
    np.savez(path, header=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="no valid network.npz"):
        IntegerNetwork.load(path)
    with pytest.raises(FileNotFoundError):
        IntegerNetwork.load(tmp_path / "missing.npz")


def test_inputs_are_checked():
    form = InputFormat(2, False, 0.25, (3,))
    np.testing.assert_array_equal(form.quantize([[-1.0, 0.3, 9.0]]), [[0, 1, 3]])
    with pytest.raises(ValueError, match="must not hold NaN"):
        form.quantize([[np.nan, 0, 0]])
    with pytest.raises(ValueError, match=r"\(batch, 3\). Received: \(1, 2\)"):
        form.quantize([[0, 0]])


def test_unscaled_pixels_are_refused():
    pixels = np.array([[0, 200, 255]], np.uint8)
    pattern = r"`x` must hold floats.*`scale` is 0.25: such as pixels / 256.*Received: uint8"
    with pytest.raises(ValueError, match=pattern):
        InputFormat(2, False, 0.25, (3,)).quantize(pixels)
    with pytest.raises(ValueError, match=r"`scale` is \(1.0, 2.0, 0.5\)"):
        InputFormat(2, False, (1.0, 2.0, 0.5), (3,)).quantize(pixels)
    whole = InputFormat(2, False, 64.0, (3,))
    assert whole.quantize(pixels).tolist() == [[0, 3, 3]]
    assert InputFormat(1, False, 0.375, (2,)).quantize([[True, False]]).tolist() == [[1, 0]]


@pytest.mark.parametrize("x, message", [
    (np.zeros((3, 2, 4, 5), int), r"shape \(batch, 4, 5, 2\), or \(batch, 40\). "
     r"Received: \(3, 2, 4, 5\); channels must be last, as np.moveaxis\(x, 1, -1\)"),
    (np.zeros((3, 5, 4, 2), int), r"Received: \(3, 5, 4, 2\)$"),
    (np.zeros(40, int), r"Received: \(40,\)"),
    (np.zeros((0, 39), int), r"Received: \(0, 39\)"),
    (np.full((3, 40), 4), "integers from 0 to 3, as InputFormat.quantize .*: int64 from 4 to 4"),
    (np.full((3, 40), -1), "Received: int64 from -1 to -1"),
    (np.zeros((3, 40)), "Received: float64"),
    (np.zeros((0, 40)), "Received: float64"),
])
def test_integers_are_checked(x, message):
    weights = np.ones((40, 2), np.int8)
    layers = (Flatten(), Dense(weights), Head(np.zeros(2, np.int32)))
    net = IntegerNetwork(InputFormat(2, False, 0.25, (4, 5, 2)), layers)
    with pytest.raises(ValueError, match=f"`x_int` must .*{message}"):
        net.predict_integers(x)
    good = np.arange(80).reshape(2, 40) % 4
    for same in (good, good.reshape(2, 4, 5, 2), good.astype(np.uint8)):
        np.testing.assert_array_equal(net.predict_integers(same), good @ weights)
    assert net.predict_integers(good[:0]).shape == (0, 2)


@pytest.mark.parametrize(("head", "said"), [
    (Head(np.full(2, 2**31 - 1, np.int32)), r"layer 1 \(head\).* to 2,147,483,707"),
    (Head(np.full(2, -(2**31), np.int32)), None),
    (Head(np.zeros(2, np.int32), np.array([31, 30], np.int8)), r"layer 1.*to 128,849,018,880"),
    (Head(np.full(2, 2**31 - 61, np.int32)), None),
])
def test_values_beyond_32_bits_are_refused_by_name(head, said):
    layers = Dense(np.ones((4, 2), np.int8)), head
    form = InputFormat(4, False, 1 / 16, (4,))
    if said is None:
        top = np.full((1, 4), 15)
        network = IntegerNetwork(form, layers)
        assert (network.predict_integers(top) == 60 + head.bias.astype(np.int64)).all()
        return
    with pytest.raises(ValueError, match=f"{said}: give the inputs fewer bits"):
        IntegerNetwork(form, layers)


def test_sums_within_a_network_are_held_against_32_bits_too():
    wide = Dense(np.full((300, 1), 127, np.int8))
    ends = Levels(np.zeros((1, 1), np.int32), np.ones(1, np.int8)), Head(np.zeros(1, np.int32))
    with pytest.raises(ValueError, match=r"layer 0 \(dense\): its values must fit 32 bits"):
        IntegerNetwork(InputFormat(16, False, 1.0, (300,)), (wide, *ends))
    x2 = Dense(np.ones((4, 2), np.int8))
    layers = x2, x2, Add((31, 0), (1, 1)), Head(np.zeros(2, np.int32))
    with pytest.raises(ValueError, match=r"layer 2 \(add\)"):
        IntegerNetwork(InputFormat(4, False, 1.0, (4,)), layers, {}, ((-1,), (-1,), (0, 1), (2,)))


def test_a_network_ends_with_a_head_and_fits_together():
    with pytest.raises(ValueError, match="must end with a head"):
        IntegerNetwork(InputFormat(1, False, 1.0, (2,)), (Flatten(),))
    with pytest.raises(ValueError, match="layer 1 .head."):
        IntegerNetwork(
            InputFormat(1, False, 1.0, (2,)),
            (Dense(np.ones((2, 3), np.int8)), Head(np.zeros(4, np.int32))),
        )


def test_every_flipped_byte_is_an_error_of_ours_or_harmless(tmp_path):
    path = tmp_path / "network.npz"
    network().save(path)
    content = path.read_bytes()
    for position in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            IntegerNetwork.load(path)
        except ValueError as error:
            assert "no valid network.npz" in str(error)
