"""Float magnitude pruning on a gradual schedule, then ternarization and retraining."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from qkeras_models.quantizers.magnitude_pruned import MagnitudePruned
from training.pruning.masks import sizes_of_weights
from training.pruning.sparsity_controller import check_sparsity, wanted_density
from training.pruning.stage_two import Survivors, prune
from training.pruning.staged_training import StagedTraining


class MagnitudePruning(StagedTraining):
    """Gradual magnitude pruning of float weights in stage 1, their signs in stage 3.

    Stage 1:  loss + λ₂ Σ W² with weights M · W.  The mask keeps the largest |W| of all layers
              together (global magnitude); density falls from 1 to 1 − sparsity on a cubic,
              reached at 70 % of the stage, which is the wanted density of QuantizationPruning.
              The largest ones of a layer that is at its least density stay all the same.
    Stage 2:  W ← M · sign(W).
    Stage 3:  masks fixed, L2 off, learning rate restarted; straight through the sign.

    Global rather than layer by layer: at 98 % each, a head of 640 weights would keep 13, and the
    comparison of |W| across layers is fair since all start from Glorot's scale.

    Args:
        sparsity: wanted share of zero weights at the end of stage 1, in [0, 1).
        **options: further arguments of StagedTraining; survivors are binary.

    Raises:
        ValueError: if an argument is out of range, or a layer's quantizer is no MagnitudePruned.

    Reference: Zhu and Gupta, To prune, or not to prune (arXiv 1710.01878).
    """

    def __init__(self, sparsity: float, **options: Any) -> None:
        super().__init__(check_sparsity(sparsity), **options)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        for layer in self.layers:
            if not isinstance(layer.kernel_quantizer_internal, MagnitudePruned):
                raise ValueError(
                    f"the quantizer of '{layer.name}' must be a MagnitudePruned. "
                    f"Received: {layer.kernel_quantizer_internal}"
                )

    def _train(self, progress: float) -> None:
        for layer in self.layers:
            layer.l2_strength.assign(self.l2)
        keep_largest(self.layers, wanted_density(self.sparsity, progress), self._least)

    def _prune(self) -> None:
        keep_largest(self.layers, 1.0 - self.sparsity, self._least)
        prune(self.layers, Survivors.BINARY)


def keep_largest(
    layers: Sequence[Any], density: float, least: Callable[[Any], float] = lambda _: 0.0
) -> None:
    """M ← 1 for the share `density` of all weights that are largest, 0 for the others.

    Args:
        least: the least density of a layer, whose largest weights come before those of others.
    """
    sizes = [_ranked(sizes_of_weights(layer), least(layer)) for layer in layers]
    together = np.concatenate([size.ravel() for size in sizes])
    kept = int(np.floor(density * together.size + 1e-9))
    kept = max(kept, int(np.isinf(together).sum()))
    largest_out = together.size - kept - 1
    bound = np.partition(together, largest_out)[largest_out] if largest_out >= 0 else 0.0
    for layer, size in zip(layers, sizes, strict=True):
        layer.mask.assign((size > bound).astype(np.float32))


def _ranked(sizes: np.ndarray, least: float) -> np.ndarray:
    """|W · M|, infinite for those weights that a layer keeps whatever the others are."""
    kept = math.ceil(least * sizes.size)
    if not kept:
        return sizes
    smallest_kept = np.partition(sizes.ravel(), sizes.size - kept)[sizes.size - kept]
    return np.where((sizes >= smallest_kept) & (sizes > 0), np.inf, sizes)
