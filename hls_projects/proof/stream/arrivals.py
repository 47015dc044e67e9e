"""Whether a module puts out the right pixels, in whichever clock cycles pixels arrive."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hls_projects.proof.circuit import FALSE, TRUE, CircuitError
from hls_projects.proof.stream.moved import Moved
from hls_projects.proof.stream.moved_bits import ANY, UNKNOWN, MovedBits, bit_of

# Of a module; where there are more, nothing is proved.
MOST_STATES = 100_000
# Images that a module may be behind; bits of older pixels count as unknown.
MOST_BEHIND = 3


class Misplaced(ValueError):
    """A bit that leaves a module is not the network's, or an image never leaves it."""


@dataclass(frozen=True)
class _State:
    """What is between two clock cycles.

    Attributes:
        registers: what they hold.
        arrived: pixels of the image that arrives.
        left: times that values of the image that leaves were put out.
        behind: images between the two; -1 where all of an image left before its last pixel arrived.
    """

    registers: tuple[int, ...]
    arrived: int = 0
    left: int = 0
    behind: int = 0


def check_arrivals(machine: MovedBits, moved: Moved) -> None:
    """Follows a module through all states that it can reach, and compares what it puts out.

    In each clock cycle a pixel arrives or none does, whatever was before.  What stands at port x
    while none arrives may be anything, and so may what registers of pixels hold at the start.
    Images follow each other without end.

    Args:
        machine: of the module.
        moved: what it is to put out.

    Raises:
        Misplaced: if a bit is another one while `out_valid` is 1, or if some of an image never
            leaves though no further pixel arrives.
        CircuitError: where that was not decided.
    """
    cycle = _Cycle(machine, moved)
    first = _State(machine.start)
    left, resting = deque([first]), {}
    while left:
        state = left.popleft()
        if state in resting:
            continue
        if len(resting) == MOST_STATES:
            raise CircuitError(f"more than {MOST_STATES:,} states")
        resting[state] = cycle.after(state, 0)
        left += resting[state], cycle.after(state, 1)
    _check_rest(resting)


class _Cycle:
    """One clock cycle of a machine."""

    def __init__(self, machine: MovedBits, moved: Moved) -> None:
        self.machine, self.moved = machine, moved
        self.oldest = bit_of(MOST_BEHIND * moved.pixels)
        self.wanted = list(self._wanted())

    def after(self, state: _State, arrives: int) -> _State:
        """The state that follows, in which a pixel arrives or not."""
        registers, values = self.machine.step(state.registers, arrives)
        leaves = values[self.machine.valid]
        if leaves not in (FALSE, TRUE):
            raise CircuitError("out_valid is unknown")
        if leaves:
            self._compare(state, values)
        if arrives:
            registers = tuple([value if value < bit_of(0) else value + 2 for value in registers])
            registers = tuple([v if v < self.oldest else UNKNOWN for v in registers])
        images_in, arrived = divmod(state.arrived + arrives, self.moved.pixels)
        images_out, left = divmod(state.left + leaves, len(self.wanted))
        behind = state.behind + images_in - images_out
        if behind > MOST_BEHIND:
            raise CircuitError(f"it falls behind by more than {MOST_BEHIND} images")
        return _State(registers, arrived, left, behind)

    def _compare(self, state: _State, values: list[int]) -> None:
        """Raises Misplaced unless the values that leave are those of their time."""
        newest = state.behind * self.moved.pixels + state.arrived
        for node, wanted in self.wanted[state.left]:
            lag, received = newest - wanted, values[node]
            expected = bit_of(lag) if wanted >= 0 else wanted + 2
            if received == UNKNOWN:
                raise CircuitError(f"{self._bit(node, state)} is unknown")
            if received == ANY:
                raise Misplaced(f"{self._bit(node, state)} depends on no pixel")
            if received != expected or (wanted >= 0 and lag < 0):
                raise Misplaced(f"{self._bit(node, state)} is another one than the network's")

    def _wanted(self) -> Iterator[list[tuple[int, int]]]:
        """Nodes of y and the pixels that they are to be of, each time; -2 for 0 and -1 for 1."""
        moved, y = self.moved, self.machine.y
        nodes = np.array([node for node, _ in y])
        places = np.array([-1 if place is None else place for _, place in y])
        if len(y) != moved.pixel.shape[1]:
            raise CircuitError(f"{len(y)} bits leave it, where the network has "
                               f"{moved.pixel.shape[1]}")
        for time, (pixel, place) in enumerate(zip(moved.pixel, moved.place, strict=True)):
            wrong = np.flatnonzero((pixel >= 0) & (places >= 0) & (place != places))
            if len(wrong):
                raise Misplaced(f"bit {wrong[0]} of y at time {time} of an image is of another "
                                "value of its pixel")
            codes = np.where(pixel >= 0, pixel, moved.outside - 2)
            yield list(map(tuple, np.unique(np.stack([nodes, codes], axis=1), axis=0).tolist()))

    def _bit(self, node: int, state: _State) -> str:
        bit = [other for other, _ in self.machine.y].index(node)
        return f"bit {bit} of y at time {state.left} of an image"


def _check_rest(resting: dict[_State, _State]) -> None:
    """Raises Misplaced if no further pixel arrives, and some of what arrived does not leave.

    Args:
        resting: all states, and what follows each where none arrives.
    """
    rests = {state for state, after in resting.items() if after == state}
    for state in rests:
        if state.arrived == 0 and (state.left or state.behind):
            raise Misplaced(f"after {state.left} times some of an image is still to leave")
    for first in resting:
        path, state = [], first
        while state not in rests:
            if len(path) > len(resting):
                raise Misplaced("it never comes to rest")
            path.append(state)
            state = resting[state]
        rests.update(path)
