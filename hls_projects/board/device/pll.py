"""The PLL between a board's oscillator and the network: settings for the highest clock allowed."""

from __future__ import annotations

from dataclasses import dataclass

# Limits of EHXPLLL, MHz: its phase detector, its oscillator and what it puts out.
DETECTOR = 3.125, 400.0
OSCILLATOR = 400.0, 800.0
OUTPUT = 3.125, 400.0
LARGEST_DIVIDER = 128


@dataclass(frozen=True)
class Pll:
    """Dividers of an EHXPLLL whose CLKOP is fed back and whose CLKOS is the network's clock.

    CLKOS = source / input_divider · feedback_divider · loop_divider / output_divider.

    Attributes:
        source: of the board's oscillator, MHz.
        input_divider, feedback_divider: of the phase detector's two inputs.
        loop_divider: of CLKOP, which makes the oscillator's frequency.
        output_divider: of CLKOS.
    """

    source: float
    input_divider: int
    feedback_divider: int
    loop_divider: int
    output_divider: int

    @property
    def oscillator(self) -> float:
        """MHz, inside OSCILLATOR."""
        return self.source / self.input_divider * self.feedback_divider * self.loop_divider

    @property
    def megahertz(self) -> float:
        """Of the network's clock."""
        return self.oscillator / self.output_divider

    def parameters(self) -> dict[str, int]:
        """Of the primitive; phases are those of no shift."""
        return {
            "CLKI_DIV": self.input_divider,
            "CLKFB_DIV": self.feedback_divider,
            "CLKOP_DIV": self.loop_divider,
            "CLKOP_CPHASE": self.loop_divider - 1,
            "CLKOS_DIV": self.output_divider,
            "CLKOS_CPHASE": self.output_divider - 1,
        }


def fastest(source: float, limit: float) -> Pll:
    """The settings that give the highest clock not above the limit.

    Args:
        source: of the board's oscillator, MHz.
        limit: the highest clock allowed, MHz.

    Raises:
        ValueError: if the PLL cannot be so slow.
    """
    limit = min(limit, OUTPUT[1])
    best: Pll | None = None
    for divider in range(1, LARGEST_DIVIDER + 1):
        detector = source / divider
        if detector < DETECTOR[0]:
            break
        for multiple in range(1, int(OSCILLATOR[1] / detector) + 1):
            oscillator = detector * multiple
            pll = _with_oscillator(source, divider, multiple, oscillator, limit)
            if pll and (best is None or pll.megahertz > best.megahertz):
                best = pll
    if best is None:
        raise ValueError(f"a PLL of {source:g} MHz gives no clock of at most {limit:g} MHz")
    return best


def _with_oscillator(
    source: float, divider: int, multiple: int, oscillator: float, limit: float
) -> Pll | None:
    """Settings for an oscillator of this frequency; `multiple` is feedback · loop divider."""
    output = -int(-oscillator // limit)
    if not OSCILLATOR[0] <= oscillator <= OSCILLATOR[1] or output > LARGEST_DIVIDER:
        return None
    for loop in range(1, LARGEST_DIVIDER + 1):
        fed_back = oscillator / loop
        fits = multiple % loop == 0 and multiple // loop <= LARGEST_DIVIDER
        if fits and OUTPUT[0] <= fed_back <= OUTPUT[1] and oscillator / output >= OUTPUT[0]:
            return Pll(source, divider, multiple // loop, loop, output)
    return None
