"""Three stages without the threshold regularizer: what L2 regularization alone achieves."""

from __future__ import annotations

from training.quantization_pruning import QuantizationPruning


class L2Pruning(QuantizationPruning):
    """QuantizationPruning with λ = 0: stage 1 has the L2 penalty alone.

    Thresholds are trained by the loss only.  Stage 2 raises all of them by the smallest common
    factor that gives the wanted sparsity, in one step, and stage 3 retrains what is left.

    Args: those of QuantizationPruning; `sparsity` must be given.

    Reference: the ablation of the threshold regularizer, docs/baselines.md.
    """

    def _update_strengths(self, progress: float) -> None:
        for layer in self.layers:
            layer.l2_strength.assign(self.l2)
