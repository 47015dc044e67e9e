"""Three stages without the threshold regularizer: what L2 regularization alone achieves."""

from __future__ import annotations

from typing import Any

from training.pruning.sparsity_controller import check_sparsity
from training.pruning.stage_two import Survivors, prune, raise_thresholds
from training.pruning.staged_training import StagedTraining


class L2Pruning(StagedTraining):
    """Stage 1 has the L2 penalty alone; thresholds are trained by the loss only.

    Stage 1:  loss + λ₂ Σ W².
    Stage 2:  all thresholds are raised by the smallest common factor that gives the wanted
              sparsity, in one step.
    Stage 3:  masks fixed, L2 off, optimizer and learning rate restarted.

    Args:
        sparsity: wanted share of zero weights, in [0, 1).
        survivors: "ternary", survivors may still become 0, or "binary", they are ±1 for good.
        **options: further arguments of StagedTraining.

    Raises:
        ValueError: if an argument is out of range, or the model holds no sparse ternary layer.

    Reference: the ablation of the threshold regularizer, docs/baselines.md.
    """

    def __init__(self, sparsity: float, *, survivors: str = "ternary", **options: Any) -> None:
        super().__init__(check_sparsity(sparsity), **options)
        self.survivors = Survivors(survivors)

    def _train(self, progress: float) -> None:
        for layer in self.layers:
            layer.l2_strength.assign(self.l2)

    def _prune(self) -> None:
        raise_thresholds(self.layers, self.sparsity, self._least)
        self._hold_densities()
        prune(self.layers, self.survivors)
