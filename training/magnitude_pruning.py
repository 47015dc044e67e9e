"""Float magnitude pruning on a gradual schedule, then ternarization and retraining."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from qkeras_models.magnitude_pruned import MagnitudePruned
from training.quantization_pruning import QuantizationPruning
from training.stage_two import Survivors, prune

RAMP = 0.7


class MagnitudePruning(QuantizationPruning):
    """Gradual magnitude pruning of float weights in stage 1, their signs in stage 3.

    Stage 1:  loss + λ₂ Σ W² with weights M · W.  The mask keeps the largest |W| of all layers
              together (global magnitude); density falls from 1 to 1 − sparsity on a cubic,
              reached at 70 % of the stage, which is the wanted density of QuantizationPruning.
    Stage 2:  W ← M · sign(W).
    Stage 3:  masks fixed, L2 off, learning rate restarted; straight through the sign.

    Global rather than layer by layer: at 98 % each, a head of 640 weights would keep 13, and the
    comparison of |W| across layers is fair since all start from Glorot's scale.

    Args: those of QuantizationPruning; `sparsity` must be given, survivors are binary.

    Raises:
        ValueError: if a layer's quantizer is no MagnitudePruned.

    Reference: Zhu and Gupta, To prune, or not to prune (arXiv 1710.01878).
    """

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        for layer in self.layers:
            if not isinstance(layer.kernel_quantizer_internal, MagnitudePruned):
                raise ValueError(
                    f"the quantizer of '{layer.name}' must be a MagnitudePruned. "
                    f"Received: {layer.kernel_quantizer_internal}"
                )
        if self.controller.initial_density is None:
            self.controller.initial_density = 1.0

    def _update_strengths(self, progress: float) -> None:
        for layer in self.layers:
            layer.l2_strength.assign(self.l2)
        keep_largest(self.layers, self.controller.wanted_density(progress))

    def _stage_two(self) -> None:
        keep_largest(self.layers, 1.0 - self.controller.sparsity)
        prune(self.layers, Survivors.BINARY)
        self.learning_rate.restart(self.model.optimizer)


def keep_largest(layers: Sequence[Any], density: float) -> None:
    """M ← 1 for the share `density` of all weights that are largest, 0 for the others."""
    sizes = [
        np.abs(ops.convert_to_numpy(layer.kernel)) * ops.convert_to_numpy(layer.mask)
        for layer in layers
    ]
    together = np.concatenate([size.ravel() for size in sizes])
    kept = int(np.floor(density * together.size + 1e-9))
    largest_out = together.size - kept - 1
    bound = np.partition(together, largest_out)[largest_out] if largest_out >= 0 else 0.0
    for layer, size in zip(layers, sizes, strict=True):
        layer.mask.assign((size > bound).astype(np.float32))
