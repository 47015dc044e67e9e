"""Which inputs of a time-multiplexed layer share a multiplexer, and what it reads when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class BankSchedule:
    """Inputs in banks of which each gives one value a cycle; neurons one after another.

    A neuron of fan-ins f_b in bank b takes max(1, max_b f_b) cycles.

    Attributes:
        banks: inputs of each bank, ascending; inputs without weights are in none.
        reads: (cycles, banks) input that is read, or −1.
        last: (cycles,) whether a neuron ends.
    """

    banks: tuple[np.ndarray, ...]
    reads: np.ndarray
    last: np.ndarray

    @property
    def cycles(self) -> int:
        """Of one sample."""
        return len(self.reads)

    @property
    def neurons(self) -> np.ndarray:
        """(cycles,) number of the neuron that is summed."""
        return np.cumsum(self.last) - self.last


def schedule_banks(weights: np.ndarray, cycles: int) -> BankSchedule:
    """As few banks as the heuristic finds for a sample in at most `cycles`.

    Args:
        weights: ternary (inputs, neurons).
        cycles: most that a sample may take.

    Raises:
        ValueError: if there are more neurons than cycles.
    """
    inputs, neurons = weights.shape
    check_cycles(neurons, cycles)
    connected = weights != 0
    fewest, most = max(1, -(-int(connected.sum()) // cycles)), max(inputs, 1)
    while fewest < most:
        middle = (fewest + most) // 2
        if _cycles(_fan_ins(connected, _assign(connected, middle), middle)) <= cycles:
            most = middle
        else:
            fewest = middle + 1
    return _scheduled(connected, _assign(connected, fewest), fewest)


def check_cycles(neurons: int, cycles: int) -> None:
    """Raises ValueError if a sample takes too few cycles for one neuron after another."""
    if cycles < neurons:
        raise ValueError(
            f"a time-multiplexed layer takes a cycle for each neuron at least, and must be done in "
            f"{cycles}, those of an image's pixels. Received: {neurons} neurons"
        )


def _assign(connected: np.ndarray, count: int) -> np.ndarray:
    """Bank of each input, −1 for unused ones.

    Inputs of most connections first, each to the bank where the fewest neurons become slower, and
    of those to the bank with the fewest connections.
    """
    fan_ins = np.zeros((count, connected.shape[1]), int)
    load = np.zeros(count, int)
    bank = np.full(len(connected), -1)
    fan_outs = connected.sum(axis=1)
    for index in np.argsort(-fan_outs, kind="stable")[: np.count_nonzero(fan_outs)]:
        neurons = np.flatnonzero(connected[index])
        slower = (fan_ins[:, neurons] >= fan_ins[:, neurons].max(axis=0)).sum(axis=1)
        chosen = np.lexsort((load, slower))[0]
        bank[index] = chosen
        fan_ins[chosen, neurons] += 1
        load[chosen] += len(neurons)
    return bank


def _fan_ins(connected: np.ndarray, bank: np.ndarray, count: int) -> np.ndarray:
    """(banks, neurons) connections."""
    return np.stack([connected[bank == number].sum(axis=0) for number in range(count)])


def _cycles(fan_ins: np.ndarray) -> int:
    return int(np.maximum(fan_ins.max(axis=0), 1).sum())


def _scheduled(connected: np.ndarray, bank: np.ndarray, count: int) -> BankSchedule:
    slots = np.maximum(_fan_ins(connected, bank, count).max(axis=0), 1)
    ends = np.cumsum(slots)
    reads = np.full((ends[-1], count), -1)
    last = np.zeros(ends[-1], bool)
    last[ends - 1] = True
    banks = tuple(np.flatnonzero(bank == number) for number in range(count))
    for number, members in enumerate(banks):
        for neuron, begin in enumerate(ends - slots):
            used = members[connected[members, neuron]]
            reads[begin : begin + len(used), number] = used
    return BankSchedule(banks, reads, last)
