"""The input format of models without an InputQuantizer, from options or from data."""

import keras
import numpy as np
import pytest

from hls_projects.conversion.input_choice import choose_input_format
from hls_projects.conversion.options import ConversionOptions
from qkeras_models.input_formats.fixed_point import FixedPoint
from qkeras_models.layers.input_quantizer import InputQuantizer
from tests.hls_projects.qkeras_models import ternary_sums


def test_a_format_is_what_options_say():
    options = ConversionOptions(input_bits=6, input_scale=0.125)
    assert choose_input_format(ternary_sums(), options, None) == FixedPoint(6, True, 0.125)
    options = ConversionOptions(input_scale=0.5, input_unsigned=True)
    assert choose_input_format(ternary_sums(), options, None) == FixedPoint(8, False, 0.5)


def test_a_format_is_found_from_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (200, 16)).astype(np.float32)
    y = rng.integers(0, 5, 200)
    np.savez("mine.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    found = choose_input_format(ternary_sums(), ConversionOptions(data="mine.npz"), None)
    assert found.bits == 8 and found.signed and found.scale == 2.0**-7


def test_without_options_and_data_both_are_named():
    with pytest.raises(ValueError, match="give `--input-bits` and `--input-scale`, or `--data`"):
        choose_input_format(ternary_sums(), ConversionOptions(input_bits=4), None)


def test_options_of_a_model_that_knows_its_inputs_are_refused():
    quantized = keras.Sequential([keras.Input((16,)), InputQuantizer(2), *ternary_sums().layers])
    assert choose_input_format(quantized, ConversionOptions(), None) is None
    with pytest.raises(ValueError, match="are of models without an InputQuantizer"):
        choose_input_format(quantized, ConversionOptions(input_bits=4), None)


def test_data_of_two_values_take_one_bit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x, y = np.random.default_rng(0).integers(0, 2, (200, 16)), np.arange(200) % 5
    np.savez("bits.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    found = choose_input_format(ternary_sums(), ConversionOptions(data="bits.npz"), None)
    assert found == FixedPoint(1, False, 1.0)
