"""The PLL's settings: inside its limits, and close below what is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls_projects.board.device.clock_settings import clock_for, divisor_of
from hls_projects.board.device.pll import OSCILLATOR, fastest


@given(st.sampled_from([12, 25, 48, 100]), st.floats(8, 400))
def test_the_clock_is_just_below_the_limit(source, limit):
    pll = fastest(source, limit)
    assert 0.97 * limit <= pll.megahertz <= limit + 1e-9
    assert OSCILLATOR[0] <= pll.oscillator <= OSCILLATOR[1]
    looped = source / pll.input_divider * pll.feedback_divider * pll.loop_divider
    assert looped == pytest.approx(pll.oscillator)
    values = pll.parameters()
    assert all(1 <= values[n] <= 128 for n in values if n.endswith("_DIV"))
    assert all(0 <= values[n] <= 127 for n in values if n.endswith("_CPHASE"))


def test_a_clock_that_cannot_be_is_named():
    with pytest.raises(ValueError, match="a PLL of 25 MHz gives no clock of at most 2 MHz"):
        fastest(25, 2)


def test_the_divisor_is_near_enough_for_a_byte():
    assert divisor_of(42.4, 1_000_000) == 42
    assert divisor_of(42.4, 115_200) == 368
    with pytest.raises(ValueError, match="within 2 %. Received: 3,000,000"):
        divisor_of(10.5, 3_000_000)


@pytest.mark.parametrize("fmax", [11.0, 23.8265, 43.26, 116.4])
def test_the_clock_is_most_of_fmax_and_suits_the_line(fmax):
    pll = clock_for(25, fmax, 1_000_000)
    assert 0.9 * fmax < pll.megahertz <= 0.98 * fmax
    assert pll.megahertz == pytest.approx(divisor_of(pll.megahertz, 1_000_000), rel=0.005)
