"""What `python -m reports.tuning` may try: values, schedules, trials, and how it chooses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from training.methods import METHODS

DEFAULT = 3e-3
# Of MNIST and of CIFAR-10 alike.
VALIDATION_IMAGES = 5000
ALL = tuple(METHODS)
PRUNED = tuple(name for name, method in METHODS.items() if not method.dense)
# Methods whose stage 3 gets a learning rate of its own, as a factor of stage 1's: signs instead of
# the floats that stage 1 trained.
RETRAINED = ("magnitude",)


@dataclass(frozen=True)
class Choice:
    """Values that an option of train.py may have.

    Args:
        values: all of them, ascending.
        first: the two that are tried first.
        methods: that have the option.
    """

    values: tuple[float, ...]
    first: tuple[float, float]
    methods: tuple[str, ...] = ALL

    def next_values(self, scores: Mapping[float, float]) -> list[float]:
        """The first values, then the neighbours of the chosen one, without those in `scores`."""
        wanted = self.first
        if set(wanted) <= set(scores):
            place = self.values.index(chosen(scores))
            wanted = self.values[max(place - 1, 0) : place + 2]
        return [value for value in wanted if value not in scores]


RATES = Choice((3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1), (3e-3, 1e-2))
FACTORS = Choice((0.03, 0.1, 0.3, 1.0), (0.3, 1.0), RETRAINED)


@dataclass(frozen=True)
class Schedule:
    """How a network is trained to find its options.

    Args:
        network: arguments of train.py that choose it.
        epochs: of stage 1 and stage 3.
        sparsity: of pruned methods.
        choices: options and what they may be, in the order in which they are chosen.
        l2: that is not chosen yet, or that of the network's preset.
        methods: that are compared.
        others: the network whose choices are taken of what is not chosen here.
    """

    network: tuple[str, ...]
    epochs: tuple[int, int]
    sparsity: float
    choices: tuple[tuple[str, Choice], ...]
    l2: float
    methods: tuple[str, ...] = ALL
    others: str | None = None


# Half of the reproduction's schedule: much shorter ones favour rates that are too high.
SCHEDULES = {
    "mnist-small": Schedule(
        ("mnist-small",), (21, 12), 0.98,
        (("learning_rate", RATES), ("retrain_learning_rate", FACTORS)), 2e-5,
    ),
    "lfc": Schedule(
        ("lfc",), (18, 7), 0.99,
        (("l2", Choice((2e-7, 2e-6, 2e-5, 2e-4), (2e-6, 2e-5), PRUNED)),), 2e-5,
        PRUNED, others="mnist-small",
    ),
    "cifar-vgg16": Schedule(
        ("cifar-vgg", "--width", "16"), (10, 4), 0.9,
        (
            ("learning_rate", replace(RATES, first=(1e-2, 3e-2))),
            ("l2", Choice((1e-7, 1e-6, 1e-5, 1e-4), (1e-6, 1e-5), PRUNED)),
            # More L2 bears larger steps.
            ("learning_rate", Choice((1e-2, 3e-2), (1e-2, 3e-2), PRUNED)),
        ),
        1e-6, ("sparse", "binary", "ternary"),
    ),
}


@dataclass(frozen=True, order=True)
class Trial:
    """One training that is compared with others."""

    network: str
    method: str
    learning_rate: float
    retrain_learning_rate: float
    l2: float

    @property
    def tunes_l2(self) -> bool:
        """Whether L2 of this network and method is chosen by trials."""
        choices = SCHEDULES[self.network].choices
        return any(option == "l2" and self.method in choice.methods for option, choice in choices)

    @property
    def name(self) -> str:
        """Of its run: what the trial changes, such as ``mnist-small-magnitude-0.003-0.1``."""
        words = [self.network, self.method, str(self.learning_rate)]
        if self.retrain_learning_rate != 1.0:
            words.append(str(self.retrain_learning_rate))
        if self.l2 != SCHEDULES[self.network].l2:
            words.append(f"l2-{self.l2}")
        return "-".join(words)

    @property
    def arguments(self) -> list[str]:
        """What train.py is told."""
        schedule = SCHEDULES[self.network]
        stage1, stage3 = schedule.epochs
        words = [
            *schedule.network, "--method", self.method, "--learning-rate", str(self.learning_rate),
            "--sparsity", str(schedule.sparsity), "--stage1-epochs", str(stage1),
            "--stage3-epochs", str(stage3), "--seed", "0",
        ]
        if self.retrain_learning_rate != 1.0:
            words += ["--retrain-learning-rate", str(self.retrain_learning_rate)]
        if self.tunes_l2:
            words += ["--l2", str(self.l2)]
        return words


# Validation accuracy by trial.
Scores = Mapping[Trial, float]


def decide(network: str, method: str, scores: Scores) -> tuple[Trial, list[Trial]]:
    """The chosen values by the trials run so far, and the trials that the next choice needs."""
    schedule = SCHEDULES[network]
    trial = Trial(network, method, DEFAULT, 1.0, schedule.l2)
    if schedule.others:
        other, _ = decide(schedule.others, method, scores)
        trial = replace(other, network=network, l2=schedule.l2)
    for option, choice in schedule.choices:
        if method in choice.methods:
            line = _line(trial, option, scores)
            if line:
                trial = replace(trial, **{option: chosen(line)})
            if left := choice.next_values(line):
                return trial, [replace(trial, **{option: value}) for value in left]
    return trial, []


def _line(trial: Trial, option: str, scores: Scores) -> dict[float, float]:
    """Accuracies of the trials that differ from one in an option alone, by its value."""
    return {
        getattr(other, option): accuracy
        for other, accuracy in scores.items()
        if replace(other, **{option: getattr(trial, option)}) == trial
    }


def chosen(scores: Mapping[float, float]) -> float:
    """The middle one of the values that are as good as the best, the smaller of two.

    As good: within one standard error √(p (1 − p) / VALIDATION_IMAGES) of the best accuracy p.
    """
    best = max(scores.values())
    error = math.sqrt(best * (1.0 - best) / VALIDATION_IMAGES)
    good = sorted(value for value, accuracy in scores.items() if accuracy >= best - error)
    return good[(len(good) - 1) // 2]
