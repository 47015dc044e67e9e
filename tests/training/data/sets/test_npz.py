from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.data import load

GOOD = {
    "x_train": np.linspace(-1, 1, 60).reshape(20, 3),
    "y_train": np.arange(20) % 4,
    "x_test": np.zeros((5, 3)),
    "y_test": np.array([0, 1, 2, 3, 0]),
}


@pytest.fixture
def save(tmp_path):
    def write(**changes):
        arrays = {name: a for name, a in {**GOOD, **changes}.items() if a is not None}
        np.savez(tmp_path / "mine.npz", **arrays)
        return tmp_path / "mine.npz"

    return write


def test_floats(save):
    data = load(save())
    assert (data.name, data.shape, data.classes) == ("mine", (3,), 4)
    assert data.x_train.dtype == data.x_validation.dtype == data.x_test.dtype == np.float32
    assert data.y_train.dtype == np.int64
    assert (len(data.x_train), len(data.x_validation), len(data.x_test)) == (18, 2, 5)
    assert (data.format.bits, data.format.signed) == (8, True)
    every = np.sort(np.concatenate([data.x_train, data.x_validation]), axis=0)
    np.testing.assert_array_equal(every, GOOD["x_train"].astype(np.float32))


@pytest.mark.parametrize("kind", ["?", "u1", "i2", "u8", ">i4", "f2", "f8"])
def test_other_numbers_become_floats(save, kind):
    x = (np.arange(60) % 2).reshape(20, 3, 1).astype(kind)
    data = load(save(x_train=x, x_test=x[:5]))
    assert data.shape == (3, 1)
    np.testing.assert_array_equal(data.x_test, x[:5].astype(np.float32))


def test_label_columns_and_bytes(save):
    data = load(save(y_train=(np.arange(20) % 4)[:, None].astype(np.uint8)))
    assert data.classes == 4
    assert data.y_train.shape == (18,)


@pytest.mark.parametrize("suffix", ["validation", "val", "valid"])
def test_a_split_of_the_users_own_is_kept(save, capsys, suffix):
    data = load(save(**{f"x_{suffix}": np.ones((7, 3)), f"y_{suffix}": np.full(7, 3)}))
    assert (len(data.x_train), len(data.x_validation)) == (20, 7)
    np.testing.assert_array_equal(data.x_validation, 1)
    np.testing.assert_array_equal(data.y_validation, 3)
    assert capsys.readouterr().err == ""


def test_a_validation_share_beside_validation_data_is_told(save, capsys):
    path = save(x_val=np.ones((7, 3)), y_val=np.full(7, 3))
    assert len(load(path, validation=0.5).x_validation) == 7
    assert "`validation` 0.5 is not used" in capsys.readouterr().err


def test_arrays_that_are_not_read_are_named(save, capsys):
    load(save(weights=np.ones(20), ids=np.arange(20)))
    assert "ignored weights, ids; read x_train, y_train, x_test, y_test" in capsys.readouterr().err


def test_validation_may_be_a_count_or_a_share(save):
    assert len(load(save(), validation=5).x_validation) == 5
    assert len(load(save(), validation=0.5).x_validation) == 10


def test_the_format_may_be_given(save):
    form = load(save(), bits=3, signed=False, scale=[0.5, 0.25, 1]).format
    assert (form.bits, form.signed, form.scale) == (3, False, (0.5, 0.25, 1.0))
    assert load(save(), bits=4, scale=0.125).format.signed
    with pytest.raises(ValueError, match=r"3 of them.*Received: 2 numbers"):
        load(save(), scale=[0.5, 0.25])


NAN = np.where(np.arange(15).reshape(5, 3) == 4, np.nan, 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": None}, r"`x_train` is missing\. Received: y_train, x_test, y_test"),
        ({"x_train": None, "X_train": GOOD["x_train"]}, r"Did you mean `X_train`\?"),
        ({"y_test": None, "y_tset": GOOD["y_test"]}, r"Did you mean `y_tset`\?"),
        ({"x_validation": GOOD["x_test"]}, "`y_validation` is missing"),
        ({"y_val": GOOD["y_test"]}, "`x_val` is missing"),
        ({"x_val": GOOD["x_test"], "y_valid": GOOD["y_test"]}, "once. Received: x_val and x_valid"),
        ({"x_train": GOOD["x_train"] * 1j}, "`x_train` must hold booleans.*complex128"),
        ({"x_train": np.full((20, 3), "a")}, "`x_train` must hold booleans.*<U1"),
        ({"x_train": np.full((20, 3), None)}, "`x_train` cannot be read .it holds Python objects"),
        ({"x_test": np.zeros(5)}, r"`x_test` must have a shape \(samples, ...\).*Received: \(5,\)"),
        ({"x_test": np.zeros((0, 3))}, r"`x_test` must not be empty. Received: shape \(0, 3\)"),
        ({"x_test": np.zeros((5, 4))}, r"shape of `x_train`'s, \(3,\). Received: \(4,\)"),
        ({"x_test": np.zeros((6, 3))}, "equally long. Received: 6 samples and 5 targets"),
        ({"x_test": NAN}, r"`x_test`.*1 NaN and 0 infinite ones, the first at index \(1, 1\)"),
        ({"x_test": np.full((5, 3), 1e39)}, "0 NaN and 15 infinite ones"),
        ({"y_test": np.full(5, 0.5)}, "`y_test` must hold integers or strings.* Received: 0.5"),
        ({"y_test": np.array(list("abcab"))}, "labels that `y_train` holds.*'b', 'c'"),
        ({"y_test": np.zeros((5, 3))}, r"one-hot rows. Received: shape \(5, 3\)"),
        ({"y_train": np.eye(20, dtype=int)}, "2 samples a class.*20 labels of 20 samples"),
        ({"y_train": np.array(1)}, r"one row a sample.*Received: \(\)$"),
        ({"y_train": np.zeros((20, 1, 1))}, r"one row a sample.*Received: \(20, 1, 1\)$"),
        ({"y_train": np.arange(40).reshape(20, 2)}, r"`loss` regression. Received: shape"),
        ({"y_train": np.full(20, np.nan)}, "finite numbers. Received: 20 that are not"),
        ({"y_train": np.zeros(20) * 1j}, "numbers or strings. Received: dtype complex128"),
        ({"y_test": np.zeros(0, int)}, "`y_test` must not be empty"),
        ({"y_test": np.array([0, 0, -1, 0, 0])}, "labels that `y_train` holds.* Received: -1$"),
        ({"y_test": np.full(5, 2**64 - 1, np.uint64)}, "labels of 64 bits. Received: 18446744"),
        ({"y_test": np.array([0, 0, 4, 0, 7])}, "`y_test`.*, 0, 1, 2, 3. Received: 4, 7$"),
        ({"y_train": np.zeros(20, int)}, "at least two classes"),
        ({"y_train": np.arange(20) + 1}, "2 samples a class.*20 labels of 20 samples"),
    ],
)
def test_bad_arrays_are_named(save, changes, message):
    with pytest.raises(ValueError, match=message) as error:
        load(save(**changes))
    assert "mine.npz: " in str(error.value)


def test_bad_files(tmp_path):
    with pytest.raises(ValueError, match="no such file"):
        load(tmp_path / "none.npz")
    path = tmp_path / "text.npz"
    path.write_text("x,y\n1,2\n")
    with pytest.raises(ValueError, match=r"not a readable \.npz file"):
        load(path)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ValueError, match="single array"):
        load(path)
    np.savez(path)
    with pytest.raises(ValueError, match="Received: no arrays"):
        load(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_truncated_and_altered_files_are_refused_or_read_whole(save, data):
    path = save()
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content = content[:at]
    else:
        content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        found = load(path)
    except ValueError:
        return
    np.testing.assert_array_equal(found.x_test, 0)
