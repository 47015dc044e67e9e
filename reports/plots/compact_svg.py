"""SVG of matplotlib in fewer bytes that looks the same."""

from __future__ import annotations

import re

# Attributes that hold lengths in points.
LENGTHS = re.compile(r'\b(d|x|y|transform|points|width|height)="([^"]*)"')
NUMBER = re.compile(r"-?\d+\.\d+")
STEP = re.compile(r"L (\S+) (\S+)")
# Paths of more points have a digit less, a tenth of a point.
LONG = 40


def compact(svg: str) -> str:
    """Lengths with two decimals, one in long paths; steps along an axis; no spaces in front."""
    svg = LENGTHS.sub(_lengths, svg)
    return re.sub(r"\n\s+", "\n", svg)


def _lengths(match: re.Match[str]) -> str:
    name, text = match.groups()
    text = " ".join(text.split())
    decimals = 1 if name == "d" and text.count("L") > LONG else 2
    text = NUMBER.sub(lambda number: _short(float(number[0]), decimals), text)
    return f'{name}="{_along_axes(text) if name == "d" else text}"'


def _short(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _along_axes(path: str) -> str:
    """A path whose lines along an axis name one coordinate, and whose lines of no length go."""
    place: tuple[str, str] | None = None
    parts = []
    for part in re.findall(r"[A-Za-z][^A-Za-z]*", path):
        part = part.strip()
        numbers = part.split()[1:]
        if (step := STEP.fullmatch(part)) and place is not None:
            x, y = step.groups()
            if (x, y) == place:
                continue
            part = f"V {y}" if x == place[0] else f"H {x}" if y == place[1] else part
        place = (numbers[-2], numbers[-1]) if len(numbers) >= 2 else None
        parts.append(part)
    return " ".join(parts)
