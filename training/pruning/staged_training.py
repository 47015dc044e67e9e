"""What every training in three stages shares, whatever decides which weights leave."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from qkeras_models.networks.by_layer import check_layer_names
from qkeras_models.quantizers.threshold_regularizer import ThresholdRegularizer
from training.pruning.fit_outcome import FitOutcome
from training.pruning.minimum_density import (
    MinimumDensity,
    check_minimum_density,
    hold_density,
    minimum_density,
)
from training.steps.allocator import keep_memory
from training.steps.fast_steps import FastSteps
from training.steps.pace import Pace
from training.steps.restarted_learning_rate import RestartedLearningRate


class StagedTraining(keras.callbacks.Callback):
    """Stage 1 trains, stage 2 prunes at once, stage 3 retrains with masks fixed.

    A subclass says what happens in stage 1 (`_train`) and in stage 2 (`_prune`).  Stage 3 begins
    with a fresh optimizer.  A further fit of a model that is in stage 3 retrains it again.  After
    fit the learning rate is what it was before.

    Logs: ``stage``, ``sparsity`` (share of all weights that are 0) and ``soft_nonzeros`` at the
    end of each epoch.

    Warns, once each, in the epoch in which a layer loses all of its weights or the loss is no
    number; and at the end of fit if the model is not pruned as was asked for.

    Args:
        sparsity: wanted share of zero weights; None where something else decides.
        stage1_epochs: epochs of stage 1, ≥ 0; by default 3/5 of those of fit.
        l2: λ₂ of stage 1, ≥ 0, a loss per squared weight.
        window: τ of the soft count; by default the layer's quantizer's.
        min_density: least density of every layer, see QuantizationPruning.
        retrain_learning_rate: of stage 3, as a factor of the optimizer's own.
        decay: "cosine", to 2 % of the learning rate in each stage, or None.
        update_every: steps between two looks at the weights; at most once in each execution of
            several steps.
        jit_compile: see FastSteps.

    Raises:
        ValueError: if an argument is out of range, or the model holds no sparse ternary layer.
    """

    def __init__(
        self,
        sparsity: float | None,
        *,
        stage1_epochs: int | None = None,
        l2: float = 1e-5,
        window: float | None = None,
        min_density: MinimumDensity = 0.0,
        retrain_learning_rate: float = 1.0,
        decay: str | None = "cosine",
        update_every: int = 16,
        jit_compile: bool | str = "auto",
    ) -> None:
        super().__init__()
        if not l2 >= 0:
            raise ValueError(f"`l2` must be >= 0. Received: {l2!r}")
        check_minimum_density(min_density)
        if stage1_epochs is not None and stage1_epochs < 0:
            raise ValueError(f"`stage1_epochs` must be >= 0. Received: {stage1_epochs!r}")
        self.sparsity = sparsity
        self.stage1_epochs = stage1_epochs
        self.l2 = l2
        self.window = window
        self.min_density = min_density
        self.learning_rate = RestartedLearningRate(retrain_learning_rate, decay)
        self.pace = Pace(update_every)
        self.fast_steps = FastSteps(jit_compile)
        self.layers: list[Any] = []
        self.epoch = 0
        self._retrained_from: int | None = None
        self._outcome: FitOutcome | None = None

    def _train(self, progress: float) -> None:
        """Called every few steps of stage 1, with the share of it that has passed."""
        raise NotImplementedError

    def _prune(self) -> None:
        """Stage 2: the masks are set, and the layers enter stage 3."""
        raise NotImplementedError

    def layers_of_sparsity(self) -> list[Any]:
        """Those of whose weights `sparsity` is a share."""
        return self.layers

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.layers = sparse_ternary_layers(self.model)
        if not self.layers:
            raise ValueError(f"model '{self.model.name}' holds no sparse ternary layer")
        self._check_names("min_density", self.min_density)
        if self.stage1_epochs is None:
            self.stage1_epochs = max(1, round(0.6 * self.params["epochs"]))
        self._retrained_from = None
        self._attach_regularizers()
        self.learning_rate.begin(self.model.optimizer)
        self.fast_steps.begin(self.model, self.params)
        self._outcome = FitOutcome(self)

    def _check_names(self, argument: str, values: Any) -> None:
        check_layer_names(argument, values, [layer.name for layer in self.layers])

    def _attach_regularizers(self) -> None:
        without = [layer for layer in self.layers if layer.threshold_regularizer is None]
        for layer in without:
            window = self.window or layer.kernel_quantizer_internal.window
            layer.threshold_regularizer = ThresholdRegularizer(window)
        if without:
            # The loss has a new term, so a step traced by an earlier fit must go.
            self.model.make_train_function(force=True)

    @property
    def stage(self) -> int:
        """The stage that the layers are in, 1 to 3."""
        return int(ops.convert_to_numpy(self.layers[0].stage))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch = epoch
        if self.stage == 1 and epoch >= self.stage1_epochs:
            self._stage_two()
        if self.stage == 3 and self._retrained_from is None:
            # A resumed training is where it would have been; a further fit is all of stage 3.
            self._retrained_from = min(epoch, self.stage1_epochs)

    def _stage_two(self) -> None:
        self._prune()
        self.learning_rate.restart(self.model)
        if self.params.get("verbose"):
            print(pruned_line(self.layers), flush=True)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if not self.pace.due(batch):
            return
        keep_memory()
        self._sync()
        self._hold_densities()
        progress = self._progress(batch)
        self.learning_rate.update(self.model.optimizer, self.stage, progress)
        if self.stage == 1:
            self._train(progress)

    def _sync(self) -> None:
        # The JAX trainer holds the variables itself; this gives them back before we read them.
        if getattr(self.model, "_jax_state_synced", True) is False:
            self.model.jax_state_sync()

    def _progress(self, batch: int) -> float:
        """Share of the present stage that has passed, 0 to 1."""
        epoch = self.epoch + batch / (self.params.get("steps") or batch + 1)
        first, end = 0, self.stage1_epochs
        if self.stage == 3:
            first, end = self._retrained_from, self.params["epochs"]
        return min((epoch - first) / (end - first), 1.0)

    def _least(self, layer: Any) -> float:
        return minimum_density(self.min_density, layer, self.sparsity)

    def _hold_densities(self) -> None:
        for layer in self.layers:
            hold_density(layer, self._least(layer))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._sync()
        self._outcome.look(epoch, logs or {})
        if logs is not None:
            logs["stage"] = self.stage
            logs["sparsity"] = overall_sparsity(self.layers)
            logs["soft_nonzeros"] = sum(map(soft_nonzeros, self.layers))

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.fast_steps.end(self.model)
        # A training without stage 3 is pruned all the same.
        if self.stage == 1 and self.epoch + 1 >= self.stage1_epochs and not self._outcome.kept:
            self._stage_two()
        self._hold_densities()
        self.learning_rate.end(self.model.optimizer)
        self._outcome.keep()

    def state(self) -> dict[str, Any]:
        """What a resumed training needs besides the model: JSON values."""
        return {"base_learning_rate": self.learning_rate.base}

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a `state` of an earlier training; call before fit."""
        self.learning_rate.base = state["base_learning_rate"]


def pruned_line(layers: Sequence[Any]) -> str:
    """What stage 2 did, in one line."""
    weights = sum(math.prod(layer.mask.shape) for layer in layers)
    sparsity = overall_sparsity(layers)
    return (
        f"stage 2: {sparsity:.2%} of {weights:,} weights are pruned for good; stage 3 retrains the "
        f"other {round((1.0 - sparsity) * weights):,}"
    )


def soft_nonzeros(layer: Any) -> float:
    """S of one layer: its soft count of nonzero weights."""
    count = layer.threshold_regularizer(
        ops.cast(layer.kernel, "float32"), layer.threshold, layer.mask
    )
    return float(ops.convert_to_numpy(count))


def thresholds(layers: Sequence[Any]) -> list[float]:
    """η of each layer."""
    return [float(ops.convert_to_numpy(layer.threshold)) for layer in layers]
