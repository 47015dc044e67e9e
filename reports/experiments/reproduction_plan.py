"""What `python -m reports.reproduce` trains: a job for each network, method, sparsity and seed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.experiments.network_plans import NETWORKS, NetworkPlan
from reports.experiments.tuning_plan import PRUNED
from reports.experiments.tuning_table import best_options
from training.methods import METHODS

# This method first.
ORDER = sorted(METHODS, key=lambda name: name != "sparse")
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
        stage1, stage3 = self.plan.epochs
        return self._own.get("stage1_epochs", stage1), self._own.get("stage3_epochs", stage3)

    @property
    def _own(self) -> Mapping[str, Any]:
        """Values of this sparsity alone."""
        own = self.method == "sparse" and not self.quick
        return self.plan.options_at.get(self.sparsity, {}) if own else {}

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
            "seed": self.seed,
            **self.plan.options,
            **self._own,
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
