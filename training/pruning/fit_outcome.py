"""Whether a fit ended as it was asked to, and what it says if not."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

# Share of the wanted nonzeros below which the user is told, and how far above them.
FEW, MANY = 0.7, 1.1
# Nonzeros of a layer for each of its outputs, below which the user is told.
SPARSE = 0.25


class FitOutcome:
    """Watches one fit of a staged training: it ends pruned as was asked for, or says why not.

    Callbacks listed after the pruning's may put back the weights of an epoch of stage 1, as
    EarlyStopping does with restore_best_weights.  So the last look is taken when Keras's History,
    the last callback, is told that fit has ended; then the pruned weights are put back.

    Args:
        training: the StagedTraining, whose model and layers are known.
    """

    def __init__(self, training: Any) -> None:
        self.training = training
        self.kept: list[np.ndarray] | None = None
        self._lost = False
        training.model.history.on_train_end = self._end
        stage1, epochs = training.stage1_epochs, training.params["epochs"]
        if training.stage == 1 and epochs < stage1:
            _tell(
                f"fit ends after epoch {epochs}, stage 1 after epoch {stage1}: the network will "
                "not be pruned. Give fit more epochs, or a smaller `stage1_epochs`"
            )

    def look(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Looks at the network at the end of an epoch, counted from 0."""
        loss = float(logs.get("loss", 0.0))
        dead = [layer.name for layer in self.training.layers if not layer.ternary_kernel().any()]
        if not math.isfinite(loss):
            self._tell_of_loss(
                f"the loss is {loss} since epoch {epoch + 1}: what was learned is lost. Try a "
                "smaller learning rate or another optimizer, and look for NaN in the data"
            )
        elif dead:
            self._tell_of_loss(
                f"all weights of {', '.join(dead)} are 0 since epoch {epoch + 1}, so outputs are "
                "constant. A small network stands less sparsity. Or try a smaller learning rate, "
                "or keep a share of every layer: min_density=0.01"
            )
        # Whatever follows may put back other weights before this callback is told of the end.
        if self.training.model.stop_training or epoch + 1 == self.training.params["epochs"]:
            self.keep()

    def keep(self) -> None:
        """Remembers the weights if they are pruned."""
        if self.training.stage == 3:
            self.kept = self.training.model.get_weights()

    def _tell_of_loss(self, message: str) -> None:
        """Once, in the first epoch: what follows has the same cause."""
        if not self._lost:
            _tell(message)
        self._lost = True

    def _end(self, logs: Mapping[str, Any] | None = None) -> None:
        training = self.training
        del training.model.history.on_train_end
        if training.stage == 1 and self.kept is not None:
            training.model.set_weights(self.kept)
            _tell(
                "weights of an epoch of stage 1, not pruned yet, were put back at the end of fit; "
                "those of its last epoch are in place again. EarlyStopping with "
                f"start_from_epoch={training.stage1_epochs} chooses among pruned ones"
            )
        elif training.stage == 1 and training.model.stop_training:
            _tell(
                f"fit was stopped in stage 1, after epoch {training.epoch + 1} of "
                f"{training.stage1_epochs}: the network is not pruned. EarlyStopping with "
                f"start_from_epoch={training.stage1_epochs} waits for stage 3"
            )
        elif training.stage == 3 and training.sparsity is not None and not self._lost:
            self._look_for_constant_outputs()
            self._compare_sparsity(training.sparsity)

    def _look_for_constant_outputs(self) -> None:
        for layer in self.training.layers:
            nonzeros = layer.by_output(layer.ternary_kernel()) != 0
            kept, outputs = int(np.count_nonzero(nonzeros)), nonzeros.shape[-1]
            if kept < SPARSE * outputs:
                _tell(
                    f"{layer.name} keeps {kept} of {nonzeros.size:,} weights, so most of its "
                    f"{outputs} outputs are constant. Ask for fewer zeros, such as "
                    f"sparsity={self._fewer_zeros():g}, or keep a share of every layer: "
                    "min_density=0.01"
                )

    def _fewer_zeros(self) -> float:
        """The sparsity of three times the nonzeros."""
        return round(max(1.0 - 3.0 * (1.0 - self.training.sparsity), 0.0), 2)

    def _compare_sparsity(self, sparsity: float) -> None:
        kernels = [layer.ternary_kernel() for layer in self.training.layers_of_sparsity()]
        nonzeros = sum(map(np.count_nonzero, kernels))
        weights = sum(kernel.size for kernel in kernels)
        wanted = round((1.0 - sparsity) * weights)
        found = f"{nonzeros:,} of {weights:,} weights are left, {wanted:,} were asked for"
        if nonzeros < FEW * wanted:
            _tell(
                f"{found}: the loss and L2 make zeros of their own. A smaller one than "
                f"l2={self.training.l2:g}, learning rate or `threshold` of the layers keeps more"
            )
        elif nonzeros > MANY * wanted:
            _tell(f"{found}: `min_density` holds the others back, or stage 3 added them")


def _tell(message: str) -> None:
    warnings.warn(message, stacklevel=3)
