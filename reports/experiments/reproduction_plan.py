"""What `python -m reports.reproduce` trains: the table of networks and methods."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qkeras_models.networks.presets import PRESETS
from reports.experiments.tuning_plan import PRUNED
from reports.experiments.tuning_table import best_options
from training.methods import METHODS

# This method first.
ORDER = sorted(METHODS, key=lambda name: name != "sparse")


@dataclass(frozen=True)
class NetworkPlan:
    """One architecture: how long and how often it is trained.

    Args:
        epochs: of stage 1 and stage 3; methods without stages take their sum.
        quick_epochs: the same in a trial run.
        seeds: one training each.
        ablation_sparsity: at which the methods are compared that are not swept.
        epoch_seconds: expected of one epoch on one core that does nothing else.
        sparsities: of this method.
        methods: that are trained, most informative first.
        data: the data set, which has a results file of its own.
        preset: where the network's name is not one itself.
        options: further values of the training configuration.
        tuned_as: the network whose chosen options are taken (reports/experiments/tuning_plan.py).
        method_options: by method, instead of those.
        l2_at: L2 of sparsities that the chosen one does not reach in stage 1.
        options_at: by sparsity, values instead of all those, but in a trial run.
        seeds_of: by a job's label, where they are others.
    """

    epochs: tuple[int, int]
    quick_epochs: tuple[int, int]
    seeds: tuple[int, ...]
    ablation_sparsity: float
    epoch_seconds: float
    sparsities: tuple[float, ...] = (0.9, 0.95, 0.98, 0.99, 0.995)
    methods: tuple[str, ...] = tuple(METHODS)
    data: str = "mnist"
    preset: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    tuned_as: str = "mnist-small"
    method_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    l2_at: Mapping[float, float] = field(default_factory=dict)
    options_at: Mapping[float, Mapping[str, Any]] = field(default_factory=dict)
    seeds_of: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


DATA = ("mnist", "cifar10")
WITH_DENSE_EQUALS = ("sparse", "binary", "ternary")
# Twice the epochs, and averaged weights.
AVERAGED = {"sparse": {"learning_rate": 0.004, "gradual": True, "average": 0.999}}


def _taught_by(name: str) -> Mapping[str, Any]:
    """The share of a teacher trained before: docs/convolutions.md says by which command."""
    return {
        "teacher": {"model": f"runs/{name}/model.keras", "weight": 0.9, "temperature": 3.0}
    }


NETWORKS = {
    "mnist-small": NetworkPlan((47, 19), (4, 2), (0, 1, 2), 0.98, 2.4),
    # 97 %: for the frontier of docs/search.md.
    "sfc": NetworkPlan(
        (50, 20), (3, 2), (0, 1, 2), 0.98, 3.2, (0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
    ),
    "lfc": NetworkPlan(
        (36, 14), (1, 1), (0,), 0.99, 18.0, tuned_as="lfc", seeds_of={"sparse-0.98": (0, 1, 2)},
    ),
    # Small enough for its dense equals to be synthesized too.
    "lenet5": NetworkPlan(
        (24, 16), (1, 1), (0,), 0.98, 25.0, (0.98,), ("sparse",), options={"learning_rate": 0.003},
    ),
    "mnist-narrow": NetworkPlan(
        (47, 19), (4, 2), (0,), 0.95, 1.6, (0.95,), WITH_DENSE_EQUALS
    ),
    "mnist-fast": NetworkPlan(
        (80, 16), (4, 2), (0, 1, 2), 0.979, 3.0, (0.979,), ("sparse",),
        method_options={"sparse": {"learning_rate": 0.004}},
    ),
    "mnist-small-averaged": NetworkPlan(
        (120, 30), (4, 2), (0, 1, 2), 0.98, 2.4, (0.98,), ("sparse",),
        preset="mnist-small", method_options=AVERAGED,
    ),
    "sfc-averaged": NetworkPlan(
        (120, 30), (4, 2), (0, 1, 2), 0.98, 3.2, (0.975, 0.98), ("sparse",),
        preset="sfc", method_options=AVERAGED,
    ),
    "cifar-vgg16": NetworkPlan(
        (20, 8), (2, 1), (0,), 0.9, 45.0, (0.9, 0.95, 0.98), WITH_DENSE_EQUALS,
        data="cifar10", preset="cifar-vgg", options={"width": 16}, tuned_as="cifar-vgg16",
        l2_at={0.98: 1e-4},
    ),
    "cifar-vgg32": NetworkPlan(
        (45, 15), (1, 1), (0,), 0.9, 60.0, (0.9,), ("sparse", "ternary"), data="cifar10",
        preset="cifar-vgg", options={"width": 32, "precision": "mixed_bfloat16"},
        tuned_as="cifar-vgg16",
    ),
    "cnv": NetworkPlan(
        (110, 75), (1, 1), (0, 1, 2), 0.95, 400.0, (0.9, 0.95, 0.98, 0.99),
        (*WITH_DENSE_EQUALS, "float"), data="cifar10", options={"precision": "mixed_bfloat16"},
        method_options={
            "sparse": {
                "learning_rate": 0.02, "retrain_learning_rate": 0.2, **_taught_by("cifar-teacher"),
            },
            "binary": {"learning_rate": 0.06, "stage1_epochs": 190, **_taught_by("cifar-teacher")},
            "ternary": {"learning_rate": 0.06, "stage1_epochs": 190, **_taught_by("cifar-teacher")},
            "float": {"learning_rate": 0.003, "stage1_epochs": 190},
        },
        l2_at={0.98: 3e-5, 0.99: 3e-5},
        seeds_of={"sparse-0.99": (0,), "binary": (0,), "ternary": (0,), "float": (0,)},
    ),
    # The same recipe but for its epochs, and a teacher of twice the epochs.
    "cifar-vgg64": NetworkPlan(
        (105, 65), (1, 1), (0,), 0.95, 1000.0, (0.9, 0.95, 0.972, 0.98), WITH_DENSE_EQUALS,
        data="cifar10", preset="cifar-vgg",
        options={
            "width": 64, "precision": "mixed_bfloat16", "batch_size": 500,
            "augmentation": {**PRESETS["cifar-vgg"]["augmentation"], "alternate": True},
        },
        method_options={
            "sparse": {
                "learning_rate": 0.02, "retrain_learning_rate": 0.2,
                **_taught_by("cifar-teacher-60"),
            },
            "binary": {"learning_rate": 0.06, **_taught_by("cifar-teacher-60")},
            "ternary": {"learning_rate": 0.06, **_taught_by("cifar-teacher-60")},
        },
        l2_at={0.98: 3e-5},
        # Further from the one of 95 %, taught by the one of 90 %: docs/convolutions.md.
        options_at={
            0.972: {
                "model": "runs/cifar-vgg64-95/model.keras",
                "teacher": {
                    "model": "runs/cifar-vgg64-90/model.keras", "weight": 0.7,
                    "temperature": 3.0, "pool": 6,
                },
                "stage1_epochs": 12, "stage3_epochs": 13, "batch_size": 250, "average": 0.998,
                "learning_rate": 0.005, "retrain_learning_rate": 0.6, "gradual": True,
            },
        },
    ),
}
# Values that train.py takes by --set alone.
_WITHOUT_OPTION = ("gradual", "average")
# Largest network to synthesize, in nonzeros: about 6 ms each.
SYNTHESIZED_UP_TO = {False: 70_000, True: 5_000}


@dataclass(frozen=True)
class Job:
    """One network to train and measure."""

    network: str
    method: str
    sparsity: float | None
    seed: int
    quick: bool = False

    @property
    def name(self) -> str:
        """Such as ``sfc-sparse-0.98-1``."""
        return "-".join(map(str, (self.network, self.label, self.seed)))

    @property
    def label(self) -> str:
        """The method, and its sparsity where it has one."""
        return self.method if self.sparsity is None else f"{self.method}-{self.sparsity}"

    @property
    def key(self) -> tuple[str, str, float | None, int, bool]:
        """The key of its record."""
        return self.network, self.method, self.sparsity, self.seed, self.quick

    def folder(self, runs: Path) -> Path:
        """Where its run and record stand."""
        return runs / self.network / self.label / str(self.seed)

    @property
    def plan(self) -> NetworkPlan:
        """That of its network."""
        return NETWORKS[self.network]

    @property
    def preset(self) -> str:
        """What train.py calls the network, but for options."""
        return self.plan.preset or self.network

    @property
    def epochs(self) -> tuple[int, int]:
        """Of stage 1 and stage 3."""
        if self.quick:
            return self.plan.quick_epochs
        own = self.plan.options_at.get(self.sparsity, {})
        stage1, stage3 = self.plan.epochs
        return own.get("stage1_epochs", stage1), own.get("stage3_epochs", stage3)

    @property
    def shown(self) -> bool:
        """Whether the course of its training is plotted: one network of each architecture."""
        own = self.method == "sparse" and self.sparsity == self.plan.ablation_sparsity
        return own and self.seed == self.plan.seeds[0]

    @property
    def seconds(self) -> float:
        """Expected time of training on one idle core."""
        return sum(self.epochs) * self.plan.epoch_seconds

    def options(self) -> dict[str, Any]:
        """Values of the training configuration."""
        stage1, stage3 = self.epochs
        if self.method not in PRUNED:
            stage1, stage3 = stage1 + stage3, 0
        sparsity = {} if self.sparsity is None else {"sparsity": self.sparsity}
        return {
            "method": self.method,
            **sparsity,
            "stage1_epochs": stage1,
            "stage3_epochs": stage3,
            **(self.plan.method_options or best_options(self.plan.tuned_as))[self.method],
            **({"l2": self.plan.l2_at[self.sparsity]} if self.sparsity in self.plan.l2_at else {}),
            "seed": self.seed,
            **self.plan.options,
            **({} if self.quick else self.plan.options_at.get(self.sparsity, {})),
        }

    @property
    def command(self) -> str:
        """What trains the same network by hand."""
        words = ["python", "train.py", self.preset]
        for name, value in self.options().items():
            if isinstance(value, Mapping) or name in _WITHOUT_OPTION:
                words += ["--set", f"{name}={json.dumps(value)}"]
            else:
                words += [f"--{name.replace('_', '-')}", str(value)]
        return shlex.join([*words, "--name", self.name])


def jobs(data: str = "mnist", quick: bool = False) -> tuple[Job, ...]:
    """Every job, in the order in which results are wanted: seed by seed, method by method."""
    networks = {name: plan for name, plan in NETWORKS.items() if plan.data == data}
    seeds = sorted({
        seed
        for plan in networks.values()
        for some in (plan.seeds, *plan.seeds_of.values())
        for seed in some
    })
    every = (
        Job(network, method, sparsity, seed, quick)
        for seed in (seeds[:1] if quick else seeds)
        for method, rank in _ranked_methods()
        for network, plan in networks.items()
        if method in plan.methods
        for sparsity in _sparsities(method, rank, plan)
    )
    return tuple(
        job for job in every if job.seed in job.plan.seeds_of.get(job.label, job.plan.seeds)
    )


def _ranked_methods() -> Iterator[tuple[str, int]]:
    """This method at the ablation's sparsity first, its other sparsities last."""
    yield from ((method, 0) for method in ORDER)
    yield "sparse", 1


def _sparsities(method: str, rank: int, plan: NetworkPlan) -> tuple[float | None, ...]:
    if method not in PRUNED:
        return (None,)
    if rank == 0:
        return (plan.ablation_sparsity,)
    return tuple(share for share in reversed(plan.sparsities) if share != plan.ablation_sparsity)
