"""The configuration of a search."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hls_projects.families import Goal
from qkeras_models.files.config_file import read_config
from training.config import (
    AugmentationConfig,
    TeacherConfig,
    TrainingConfig,
    build_config,
    explain,
    unknown_name,
)
from training.search.early_stopping import EarlyStoppingConfig
from training.search.objectives import Bound, Figure
from training.search.space import (
    DENSITY,
    DERIVED,
    LAYERS,
    NEURONS,
    NONZEROS,
    Dimension,
    dense_weights,
    training_values,
)
from training.search.workers.cluster_config import CLUSTERS, ClusterConfig, LocalConfig

NESTED = {"augmentation": AugmentationConfig, "teacher": TeacherConfig}
# Values that may be given layer by layer, as in fan_in.dense_1.
BY_LAYER = ("fan_in", "activation_bits", "min_density")
SAMPLERS = ("tpe", "nsga2", "random")


class SearchConfig(BaseModel):
    """What is searched, how it is judged, and where it runs.

    `training` and `space` hold values of TrainingConfig, fixed and searched.  `space` also knows
    `layers` (how many hidden ones), `neurons` (of each), and `density` (1 − sparsity) or
    `nonzeros` (the wanted number of nonzero weights in layers without a `fan_in`, which the LUTs
    nearly follow).
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: str = Field("search", pattern=r"^\w[\w.-]*$", description="by default the file's")
    training: dict[str, Any] = Field(default_factory=dict)
    teacher: dict[str, Any] | None = Field(
        None, description="values of a float training, whose network teaches every trial"
    )
    space: dict[str, Dimension] = Field(min_length=1)
    objectives: list[Figure] = Field([Figure.VALIDATION_ACCURACY, Figure.LUTS], min_length=1)
    constraints: dict[Figure, Bound] = Field(default_factory=dict)
    budgets: list[float] = Field(
        default_factory=list, description="of the second objective, to show the best network below"
    )

    trials: int = Field(100, ge=1, description="in all, failed and pruned ones too")
    hours: float | None = Field(None, gt=0, description="after which no trial is begun")
    trial_seconds: float = Field(6 * 3600.0, gt=0, description="time limit of one trial")
    sampler: str = Field("tpe", pattern=f"^({'|'.join(SAMPLERS)})$")
    startup_trials: int = Field(20, ge=1, description="chosen at random, before others")
    seed: int = Field(0, ge=0, lt=2**31)
    early_stopping: EarlyStoppingConfig | None = EarlyStoppingConfig()
    stage_delay: float | None = Field(
        None, gt=0, description="longest delay of a pipeline stage in ns, for latency_ns"
    )
    optimize: Goal | None = Field(
        None, description="goal of Verilog in which each trial's hardware is counted; estimated"
    )
    clock_period: float | None = Field(
        None, gt=0, description="of that Verilog in ns; by default all layers in one cycle"
    )
    synthesize: int = Field(20, ge=0, description="most networks synthesized at the end")

    storage: str = Field("sqlite", description="sqlite, journal, or a URL of SQLAlchemy")
    cluster: ClusterConfig = LocalConfig()

    @field_validator("storage")
    @classmethod
    def _known_storage(cls, storage: str) -> str:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError

        if storage in ("sqlite", "journal"):
            return storage
        try:
            make_url(storage).get_dialect()
        except (ArgumentError, NoSuchModuleError):
            raise ValueError(
                "must be sqlite, journal, or a URL such as postgresql://host/name, of a database "
                "that SQLAlchemy knows"
            ) from None
        return storage

    @model_validator(mode="after")
    def _consistent(self) -> SearchConfig:
        _check_names(self)
        _check_figures(self)
        if self.teacher is not None:
            self.teacher_config()
        for values in _corners(self):
            if build_config(values).method == "float":
                raise ValueError("`method` float has no integer network, so it cannot be searched")
        return self

    def training_config(self, parameters: Mapping[str, Any], teacher: Path) -> TrainingConfig:
        """What a trial trains.

        Args:
            parameters: that Optuna stores of it.
            teacher: file of the teacher's model, if the search has one.
        """
        values = training_values(parameters, self.space, self.training, self._dense_weights)
        return build_config(_distilled(values, self, teacher))

    def teacher_config(self) -> TrainingConfig:
        """What is trained to teach every trial: `teacher` over `training`, with float weights."""
        fixed = {name: value for name, value in self.training.items() if name != "teacher"}
        return build_config(fixed, {**(self.teacher or {}), "method": "float"})

    def _dense_weights(self, hidden: Sequence[int | str]) -> list[int]:
        if not all(isinstance(width, int) for width in hidden):
            raise ValueError(f"`nonzeros` need fully connected layers. Received: {hidden!r}")
        return dense_weights(self._data_shape[0], hidden, self._data_shape[1])

    @cached_property
    def _data_shape(self) -> tuple[int, int]:
        """Features and outputs of the data set, which is loaded for it."""
        from training.data import load

        wanted = ("data", "data_folder", "loss")
        known = build_config({name: v for name, v in self.training.items() if name in wanted})
        data = load(known.data, folder=known.data_folder, loss=known.loss)
        return math.prod(data.shape), data.outputs


def read_search(path: Path) -> SearchConfig:
    """The search that a YAML file describes, named after the file unless it says otherwise.

    Raises:
        ValueError: naming a value that is unknown or out of range, and what is allowed.
    """
    content = {"name": path.stem, "cluster": {}, **read_config(path)}
    if isinstance(content["cluster"], dict):
        content["cluster"] = {"kind": "local", **content["cluster"]}
    try:
        return SearchConfig(**content)
    except ValidationError as error:
        models = (SearchConfig, Dimension, Bound, EarlyStoppingConfig, *CLUSTERS)
        raise ValueError(explain(error, *models)) from None


def _check_names(config: SearchConfig) -> None:
    known = [*TrainingConfig.model_fields, *DERIVED]
    nested = [f"{outer}.{name}" for outer, model in NESTED.items() for name in model.model_fields]
    for name in config.space:
        outer, _, layer = name.partition(".")
        by_layer = outer in BY_LAYER and layer
        if name not in known and name not in nested and not by_layer:
            inner = [name.partition(".")[2] for name in nested]
            raise ValueError(unknown_name(name, [*known, *inner]))
    if (LAYERS in config.space) != (NEURONS in config.space):
        raise ValueError(f"`{LAYERS}` and `{NEURONS}` must both be searched, or neither")
    hidden = {"hidden", NEURONS} & {*config.space, *config.training}
    if NONZEROS in config.space and not hidden:
        raise ValueError("`nonzeros` need the widths: `hidden`, or `layers` and `neurons`")
    if NONZEROS in config.space and "width" in {*config.space, *config.training}:
        raise ValueError("`nonzeros` and `width` must not both be given")
    sparsities = ((DENSITY, "sparsity"), (NONZEROS, "sparsity"), (DENSITY, NONZEROS))
    for derived, name in ((NEURONS, "hidden"), *sparsities):
        if derived in config.space and name in {*config.space, *config.training}:
            raise ValueError(f"`{derived}` and `{name}` must not both be given")
    if twice := [name for name in config.space if name in config.training]:
        raise ValueError(f"`{twice[0]}` must be in `space` or in `training`, not in both")


def _check_figures(config: SearchConfig) -> None:
    if len(set(config.objectives)) < len(config.objectives):
        raise ValueError("`objectives` must differ")
    figures = {*config.objectives, *config.constraints}
    counted = config.optimize is not None
    if Figure.LATENCY in figures and config.stage_delay is None and not counted:
        raise ValueError("`stage_delay` or `optimize` must be given with latency_ns")
    if Figure.LUTS_NS in figures and not counted:
        raise ValueError("`optimize` must be given with luts_ns")
    if counted and config.stage_delay is not None:
        raise ValueError("`stage_delay` and `optimize` must not both be given")
    if config.clock_period is not None and not counted:
        raise ValueError("`clock_period` needs `optimize`. Received: None")
    if config.sampler == "nsga2" and config.startup_trials < 2:
        raise ValueError(
            "`startup_trials` must be >= 2 with `sampler` nsga2, whose population they are. "
            f"Received: {config.startup_trials}"
        )
    for figure, bound in config.constraints.items():
        _check_bound(figure, bound)
    if config.budgets and len(config.objectives) < 2:
        raise ValueError("`budgets` need a second objective")
    if config.budgets and config.objectives[1].direction == "maximize":
        raise ValueError(
            "`budgets` are of the second objective, which must be a cost such as luts. "
            f"Received: {config.objectives[1].value}"
        )
    if config.budgets and min(config.budgets) <= 0:
        raise ValueError(f"`budgets` must be > 0. Received: {min(config.budgets):g}")


def _check_bound(figure: Figure, bound: Bound) -> None:
    """Refuses one that no trial could keep, such as an accuracy in percent."""
    if figure.direction == "maximize" and (bound.at_least or 0) > 1:
        raise ValueError(
            f"`constraints` `at_least` of {figure.value} must be <= 1, which is 100 %. "
            f"Received: {bound.at_least:g}"
        )
    if figure.direction == "minimize" and bound.at_most is not None and bound.at_most <= 0:
        raise ValueError(
            f"`constraints` `at_most` of {figure.value} must be > 0. "
            f"Received: {bound.at_most:g}"
        )


def _corners(config: SearchConfig) -> list[dict[str, Any]]:
    """Values of trainings that together hold the ends of every range and every choice."""
    ends = {name: _ends(dimension) for name, dimension in config.space.items()}
    first = {name: values[0] for name, values in ends.items()}
    found = []
    for name, values in ends.items():
        for value in values:
            chosen = {**first, name: value}
            widths = range(1, int(chosen.get(LAYERS, 0)) + 1)
            chosen |= {f"{NEURONS}_{number}": chosen.get(NEURONS) for number in widths}
            # Any density is in range: the data set need not be there to check a configuration.
            training = training_values(chosen, config.space, config.training, _any_weights)
            found.append(_distilled(training, config, Path("model.keras")))
    return found


def _distilled(values: dict[str, Any], config: SearchConfig, teacher: Path) -> dict[str, Any]:
    if config.teacher is None:
        return values
    return {**values, "teacher": {**(values.get("teacher") or {}), "model": str(teacher)}}


def _any_weights(hidden: Sequence[int]) -> list[int]:
    return [10**12] * (len(hidden) + 1)


def _ends(dimension: Dimension) -> list[Any]:
    if dimension.choices is not None:
        return dimension.choices
    return [dimension.low, dimension.high]
