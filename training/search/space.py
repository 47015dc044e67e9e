"""What a search chooses from, and how a choice becomes the values of a training."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, model_validator

if TYPE_CHECKING:
    import optuna

LAYERS = "layers"
NEURONS = "neurons"
DENSITY = "density"
NONZEROS = "nonzeros"
DERIVED = (LAYERS, NEURONS, DENSITY, NONZEROS)


class Dimension(BaseModel):
    """One value to choose: `choices`, or a range from `low` to `high`, both included.

    A range of integers gives integers.  `log` spaces it logarithmically; `step` is a grid.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    choices: list[Any] | None = None
    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    step: int | float | None = None

    @model_validator(mode="after")
    def _choices_or_range(self) -> Dimension:
        if self.choices is not None:
            if not self.choices or (self.low, self.high, self.step) != (None,) * 3 or self.log:
                raise ValueError("`choices` must hold at least one value, and stand alone")
            return self
        if self.low is None or self.high is None or self.low > self.high:
            raise ValueError("either `choices`, or `low` and a `high` not below it, must be given")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("`log` needs `low` above 0, and no `step`")
        if self.step is not None and self.step <= 0:
            raise ValueError(f"`step` must be above 0. Received: {self.step}")
        if self._integers and self.step is not None and self.step != int(self.step):
            raise ValueError(
                f"`step` of a range of integers must be an integer. Received: {self.step}"
            )
        return self

    @property
    def _integers(self) -> bool:
        return isinstance(self.low, int) and isinstance(self.high, int)

    def suggest(self, trial: optuna.Trial, name: str) -> Any:
        """Lets Optuna choose; lists and mappings, which it cannot store, become JSON."""
        if self.choices is not None:
            return trial.suggest_categorical(name, [_stored(choice) for choice in self.choices])
        if self._integers:
            step = 1 if self.step is None else int(self.step)
            return trial.suggest_int(name, self.low, self.high, step=step, log=self.log)
        return trial.suggest_float(name, self.low, self.high, step=self.step, log=self.log)

    def value(self, stored: Any) -> Any:
        """The choice that Optuna stored."""
        return next((c for c in self.choices or () if _stored(c) == stored), stored)


def _stored(choice: Any) -> Any:
    return json.dumps(choice) if isinstance(choice, (list, dict)) else choice


Space = Mapping[str, Dimension]


def suggest(trial: optuna.Trial, space: Space) -> dict[str, Any]:
    """Lets Optuna choose every parameter; with n `layers`, `neurons` of each of the n."""
    chosen = {
        name: dimension.suggest(trial, name)
        for name, dimension in space.items()
        if name != NEURONS
    }
    if NEURONS in space:
        for name in _widths(chosen[LAYERS]):
            chosen[name] = space[NEURONS].suggest(trial, name)
    return chosen


def _widths(layers: int) -> Iterator[str]:
    return (f"{NEURONS}_{number}" for number in range(1, layers + 1))


def training_values(
    parameters: Mapping[str, Any],
    space: Space,
    fixed: Mapping[str, Any],
    weights: Callable[[Sequence[int]], Sequence[int]],
) -> dict[str, Any]:
    """Values of a TrainingConfig.

    Args:
        parameters: what Optuna chose, as it stores it.
        space: what it chose from.  A dotted name is a value within a value.
        fixed: the values that are not searched.
        weights: how many weights each dense layer of a network with these hidden layers has.
    """
    values = {name: dict(v) if isinstance(v, dict) else v for name, v in fixed.items()}
    for name in space:
        if name not in DERIVED:
            _assign(values, name, space[name].value(parameters[name]))
    if NEURONS in space:
        values["hidden"] = [parameters[name] for name in _widths(parameters[LAYERS])]
    if DENSITY in space:
        values["sparsity"] = 1.0 - parameters[DENSITY]
    if NONZEROS in space:
        limits = values.get("fan_in") or {}
        free = sum(
            count
            for number, count in enumerate(weights(values["hidden"]), 1)
            if limits.get(f"dense_{number}") is None
        )
        values["sparsity"] = max(1.0 - parameters[NONZEROS] / max(free, 1), 0.0)
    return values


def dense_weights(features: int, hidden: Sequence[int], classes: int) -> list[int]:
    """Weights of each layer of a fully connected network, zeros among them."""
    widths = [features, *hidden, classes]
    return [before * after for before, after in itertools.pairwise(widths)]


def _assign(values: dict[str, Any], name: str, value: Any) -> None:
    *outer, last = name.split(".")
    for part in outer:
        if not isinstance(values.get(part), dict):
            values[part] = {}
        values = values[part]
    values[last] = value
