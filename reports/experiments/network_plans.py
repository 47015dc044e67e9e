"""The networks that `python -m reports.reproduce` trains, and how long and how often each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qkeras_models.networks.presets import PRESETS
from training.methods import METHODS


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
        options_at: by sparsity of this method, values instead of all those, but in a trial run.
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
    options_at: Mapping[float, Mapping[str, Any]] = field(default_factory=dict)
    seeds_of: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


DATA = ("mnist", "cifar10")
WITH_DENSE_EQUALS = ("sparse", "binary", "ternary")
# Twice the epochs, and averaged weights.
AVERAGED = {"sparse": {"learning_rate": 0.004, "gradual": True, "average": 0.999}}


def _taught_by(name: str, weight: float = 0.9, **pool: int) -> Mapping[str, Any]:
    """The share of a teacher trained before: Makefile and docs/convolutions.md say how."""
    model = f"runs/{name}/model.keras"
    return {"teacher": {"model": model, "weight": weight, "temperature": 3.0, **pool}}


_AVERAGED_AND_TAUGHT = {"average": 0.999, **_taught_by("cifar-teacher-60")}
# What zeros beyond 98 % need on CIFAR-10.
_GRADUAL = {"gradual": True, **_AVERAGED_AND_TAUGHT}
_BY_MAGNITUDE = {"learning_rate": 0.02, "retrain_learning_rate": 0.3, **_AVERAGED_AND_TAUGHT}

NETWORKS = {
    "mnist-small": NetworkPlan((47, 19), (4, 2), (0, 1, 2), 0.98, 2.4),
    # 97 %: for the frontier of docs/search.md.
    "sfc": NetworkPlan(
        (50, 20), (3, 2), (0, 1, 2), 0.98, 3.2, (0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
    ),
    "lfc": NetworkPlan(
        (36, 14), (1, 1), (0,), 0.99, 18.0, tuned_as="lfc",
        seeds_of={"sparse-0.98": (0, 1, 2), "ternary": (0, 1, 2)},
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
    "mnist-stream": NetworkPlan(
        (80, 25), (1, 1), (0, 1, 2), 0.94, 8.0, (0.94,), WITH_DENSE_EQUALS,
        method_options={
            "sparse": {"learning_rate": 0.004},
            "binary": {"learning_rate": 0.01, "gradual": False},
            "ternary": {"learning_rate": 0.01, "gradual": False},
        },
        seeds_of=dict.fromkeys(("binary", "ternary"), (0,)),
    ),
    "mnist-small-averaged": NetworkPlan(
        (120, 30), (4, 2), (0, 1, 2), 0.98, 2.4, (0.98,), ("sparse",),
        preset="mnist-small", method_options=AVERAGED,
    ),
    "sfc-averaged": NetworkPlan(
        (120, 30), (4, 2), (0, 1, 2), 0.98, 3.2, (0.975, 0.98), ("sparse",),
        preset="sfc", method_options=AVERAGED,
    ),
    "sfc-taught": NetworkPlan(
        (120, 30), (4, 2), (0, 1, 2), 0.979, 3.2, (0.979,), ("sparse", "ternary"), preset="sfc",
        method_options={
            "sparse": {**AVERAGED["sparse"], **_taught_by("mnist-teacher", 0.5, pool=16)},
            "ternary": {
                "learning_rate": 0.01, "average": 0.999,
                **_taught_by("mnist-teacher", 0.5, pool=16),
            },
        },
    ),
    "cifar-vgg16": NetworkPlan(
        (20, 8), (2, 1), (0,), 0.9, 45.0, (0.9, 0.95, 0.98), WITH_DENSE_EQUALS,
        data="cifar10", preset="cifar-vgg", options={"width": 16}, tuned_as="cifar-vgg16",
        options_at={0.98: {"l2": 1e-4}},
    ),
    "cifar-vgg32": NetworkPlan(
        (45, 15), (1, 1), (0,), 0.9, 60.0, (0.9,), ("sparse", "ternary"), data="cifar10",
        preset="cifar-vgg", options={"width": 32, "precision": "mixed_bfloat16"},
        tuned_as="cifar-vgg16",
    ),
    "cnv": NetworkPlan(
        (110, 75), (1, 1), (0, 1, 2), 0.98, 400.0, (0.9, 0.95, 0.9795, 0.98, 0.99),
        (*WITH_DENSE_EQUALS, "magnitude", "float"), data="cifar10",
        options={"precision": "mixed_bfloat16"},
        method_options={
            "sparse": {
                "learning_rate": 0.02, "retrain_learning_rate": 0.2, **_taught_by("cifar-teacher"),
            },
            "binary": {"learning_rate": 0.06, "stage1_epochs": 190, **_taught_by("cifar-teacher")},
            "ternary": {"learning_rate": 0.06, "stage1_epochs": 190, **_taught_by("cifar-teacher")},
            "magnitude": _BY_MAGNITUDE,
            "float": {"learning_rate": 0.003, "stage1_epochs": 190},
        },
        options_at={0.9795: {"l2": 3e-5, **_GRADUAL}, 0.98: {"l2": 3e-5}, 0.99: {"l2": 3e-5}},
        seeds_of=dict.fromkeys(
            ("sparse-0.99", "binary", "ternary", "magnitude-0.98", "float"), (0,)
        ),
    ),
    # The same recipe but for its epochs, and a teacher of twice the epochs.
    "cifar-vgg64": NetworkPlan(
        (105, 65), (1, 1), (0,), 0.98, 1000.0, (0.9, 0.95, 0.972, 0.98, 0.9887),
        (*WITH_DENSE_EQUALS, "magnitude", "float"), data="cifar10", preset="cifar-vgg",
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
            "magnitude": _BY_MAGNITUDE,
            "float": {"learning_rate": 0.003, "average": 0.999},
        },
        # 97.2 %: further from the one of 95 %, taught by the one of 90 %: docs/convolutions.md.
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
            0.98: {"l2": 3e-5},
            0.9887: {"l2": 3e-5, **_GRADUAL},
        },
    ),
}
