"""How many pixels have left each step when so many have entered: at least, and at most."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hls_projects.rtl.stream.join_buffer import JoinBuffer
from hls_projects.rtl.stream.line_buffer import LineBuffer
from hls_projects.rtl.stream.pixel_order import PixelOrder
from hls_projects.rtl.stream.pixel_step import INPUT, PixelStep

# Images after which everything that can be late repeats.
SETTLED = 2


@dataclass(frozen=True)
class PixelCounts:
    """Pixels that have left a step, for each number of pixels that have entered the network.

    Attributes:
        least: int64, once all logic on the way is done; nothing but further pixels pushes on those
            at an edge.
        most: int64, where line buffers have pushed on by themselves.
        latency: clock cycles that logic and buffers on the way take, at most.
    """

    least: np.ndarray
    most: np.ndarray
    latency: int

    @property
    def surely(self) -> np.ndarray:
        """`least` of pixels of which the last came just now: those of `latency` cycles ago."""
        late = np.arange(len(self.least)) - self.latency
        return np.where(late < 0, 0, self.least[np.maximum(late, 0)])


def count_pixels(
    steps: Sequence[PixelStep],
    pixels: int,
    images: int,
    cycles: Sequence[int],
    start: int = INPUT,
) -> dict[int, PixelCounts]:
    """The counts of every step that takes nothing but what comes from the start.

    Args:
        steps: of a network, in order.
        pixels: of an image that enters, or that the step at the start puts out.
        images: so many enter.
        cycles: that the logic of each step takes.
        start: the step whose pixels are counted as those that enter.
    """
    entered = np.arange(images * pixels + 1)
    found: dict[int, PixelCounts] = {start: PixelCounts(entered, entered, 0)}
    for position in range(start + 1, len(steps)):
        step = steps[position]
        if all(source in found for source in step.sources):
            taken = [found[source] for source in step.sources]
            found[position] = _through(step, taken, cycles[position])
    return found


def _through(step: PixelStep, taken: Sequence[PixelCounts], cycles: int) -> PixelCounts:
    latency = max(counts.latency for counts in taken) + cycles
    if isinstance(step.buffer, JoinBuffer):
        least = np.minimum.reduce([counts.least for counts in taken])
        most = np.minimum.reduce([counts.most for counts in taken])
        return PixelCounts(least, most, latency + 1)
    (counts,) = taken
    if step.buffer is None:
        return PixelCounts(counts.least, counts.most, latency)
    if isinstance(step.buffer, PixelOrder):
        least, most = map(step.buffer.enabled, (counts.least, counts.most))
        return PixelCounts(least, most, latency + step.buffer.backlog + 2)
    line = step.buffer
    size = line.rows * line.columns
    images, rest = np.divmod(counts.most, size)
    most = images * len(line.centres()) + _centres(line, rest - line.delay)
    waited = latency + (2 if line.padded else 1)
    return PixelCounts(_centres(line, counts.least - line.delay), most, waited)


def _centres(line: LineBuffer, pushed: np.ndarray) -> np.ndarray:
    """How many of so many pixels, of one image after another, are centres of windows."""
    images, rest = np.divmod(np.maximum(pushed, 0), line.rows * line.columns)
    centres = line.centres()
    return images * len(centres) + np.searchsorted(centres, rest)


def images_behind(steps: Sequence[PixelStep], pixels: int) -> int:
    """Images whose pixels push all of the one before out of the buffers of every step.

    Where it is 1, results come at least as far apart as images enter.  Otherwise those of a
    burst's last images, which nothing pushes but the buffers themselves, may come sooner.
    """

    def pushed(images: int) -> bool:
        counts = count_pixels(steps, pixels, images + 1, [1] * len(steps))
        return all(c.least[-1] >= c.most[pixels] for c in counts.values())

    return next(images for images in itertools.count(1) if pushed(images))


def with_room(
    steps: Sequence[PixelStep], pixels: int, images: int, cycles: Sequence[int]
) -> tuple[PixelStep, ...]:
    """The same steps, with room in all that put pixels in another order.

    Of pixels that may leave, W(m) when m have come, one leaves a clock cycle.  With n pixels in
    the network m is at most most(n) and at least surely(n), and pixels come in n cycles at least,
    so that at most

        max over n ≥ s of W(most(n)) − W(surely(s)) − (n − s)

    wait.  Nor do more wait than if pixels came in every clock cycle, without end.  What they need,
    and what came after that, is held.

    Args:
        steps, pixels, cycles: as for count_pixels.
        images: that can be in the buffers, see images_behind.
    """
    found = list(steps)
    for position, step in enumerate(steps):
        order = step.buffer
        if isinstance(order, PixelOrder):
            counts = count_pixels(found[:position], pixels, SETTLED * images + 2, cycles)
            (source,) = step.sources
            found[position] = replace(step, buffer=_roomy(order, counts[source]))
    return tuple(found)


def _roomy(order: PixelOrder, counts: PixelCounts) -> PixelOrder:
    entered = np.arange(len(counts.most))
    surely = order.enabled(counts.surely)
    backlog = _waiting(order.enabled(counts.most), surely, entered)
    come = np.arange((SETTLED + 1) * order.pixels + 1)
    may = order.enabled(come)
    if len(order.order) <= order.pixels:
        backlog = min(backlog, _waiting(may, may, come))
    # A pixel leaves at most backlog + 1 clock cycles after it may, and as many others later.
    late = np.concatenate([np.zeros(backlog + 1, surely.dtype), surely])[: len(surely)]
    left = np.maximum(surely - backlog - 1, late)
    held = int((counts.most - order.first_needed(left)).max())
    held = min(held, int((come + backlog + 1 - order.first_needed(may)).max()))
    return replace(order, capacity=max(held, 1), backlog=backlog)


def _waiting(most: np.ndarray, surely: np.ndarray, cycles: np.ndarray) -> int:
    """max over n ≥ s of most(n) − surely(s) − (n − s)."""
    return int((most - cycles + np.maximum.accumulate(cycles - surely)).max())


def branch_depths(
    steps: Sequence[PixelStep], pixels: int, images: int, cycles: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """How many pixels of each branch can wait for the others, by the step that joins them.

    max over n of most(n) of the branch − surely(n − 1) of each other one: pixels that it can have
    put out when n have left the step where they part, however they come, and those that the other
    has put out for certain.  A pixel is taken the cycle after the last branch has it.

    Args:
        steps, pixels, cycles: as for count_pixels.
        images: that can be in the buffers, see images_behind.
    """
    found = {}
    for position, step in enumerate(steps):
        if isinstance(step.buffer, JoinBuffer):
            start = parting(steps, step.sources)
            entering = pixels if start == INPUT else steps[start].positions
            counts = count_pixels(steps, entering, SETTLED * images + 2, cycles, start)
            found[position] = _depths([counts[source] for source in step.sources])
    return found


def _depths(branches: Sequence[PixelCounts]) -> tuple[int, ...]:
    found = []
    for i, branch in enumerate(branches):
        others = [replace(o, latency=o.latency + 1) for o in (*branches[:i], *branches[i + 1 :])]
        found.append(max(1, *(int((branch.most - other.surely).max()) for other in others)))
    return tuple(found)


def parting(steps: Sequence[PixelStep], sources: Sequence[int]) -> int:
    """The last step that every way from the input to each of some steps passes."""
    passed: dict[int, set[int]] = {INPUT: {INPUT}}
    for position, step in enumerate(steps):
        common = set.intersection(*(passed[source] for source in step.sources))
        passed[position] = common | {position}
    return max(set.intersection(*(passed[source] for source in sources)))
