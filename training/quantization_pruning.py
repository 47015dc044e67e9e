"""The callback that drives the three stages inside an ordinary model.fit."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from qkeras_models.hardware_costs import HardwareCost, input_bits, output_bits
from qkeras_models.layer_facts import LayerFacts
from qkeras_models.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from training.minimum_density import (
    MinimumDensity,
    check_layer_names,
    check_minimum_density,
    hold_density,
    minimum_density,
)
from training.restarted_learning_rate import RestartedLearningRate
from training.sparsity_controller import SparsityController
from training.stage_two import Survivors, prune, raise_thresholds, shortfall
from training.threshold_regularizer import ThresholdRegularizer

Cost = Callable[[LayerFacts], float]


class QuantizationPruning(keras.callbacks.Callback):
    """Three-stage training of every sparse ternary layer of a model.

    Stage 1, train:    loss + λ₂ Σ W² + λ · Σ_ℓ c_ℓ · S_ℓ / Σ_ℓ c_ℓ · N_ℓ, S_ℓ the soft count
                       of nonzeros (ThresholdRegularizer), N_ℓ the weights, c_ℓ the hardware cost
                       of one nonzero weight of layer ℓ.
    Stage 2, prune:    every weight that quantizes to 0 leaves for good.
    Stage 3, retrain:  masks fixed, regularizers off, optimizer and learning rate restarted.

    Logs: ``stage``, ``sparsity`` (share of all weights that are 0) and ``soft_nonzeros`` at the
    end of each epoch, in Keras's progress bar, History, and every callback listed after this one.

    Args:
        sparsity: wanted overall sparsity at the end of stage 1, in [0, 1); a controller finds λ.
        strength: λ itself, ≥ 0, instead of `sparsity`.
        stage1_epochs: epochs of stage 1; by default 3/5 of those of fit.
        cost: "memory", "macs", "luts" (HardwareCost) or a function of LayerFacts.
        l2: λ₂ of stage 1, ≥ 0, a loss per squared weight.
        survivors: "ternary", survivors may still become 0, or "binary", they are ±1 for good.
        window: τ of the soft count; by default the layer's quantizer's.
        min_density: least density of every layer, in [0, 1), at most a fifth of 1 − sparsity, or a
            mapping from layer names to theirs.  A layer that has reached it is pushed no further,
            and its threshold follows its weights so that it stays there, in stage 3 too.
        retrain_learning_rate: of stage 3, as a factor of the optimizer's own.
        decay: "cosine", to 2 % of the learning rate in each stage, or None.
        update_every: steps between two looks at the thresholds.

    Warns where stage 1 missed the sparsity because shadow weights drifted to ±1.

    Raises:
        ValueError: if an argument is out of range, both or neither of `sparsity` and `strength`
            are given, or the model holds no sparse ternary layer.

    Example:
        >>> model.fit(x, y, epochs=50,                           # doctest: +SKIP
        ...           callbacks=[QuantizationPruning(sparsity=0.98)])

    Reference: docs/method.md; the three stages are those of arXiv 1709.06262.
    """

    def __init__(
        self,
        sparsity: float | None = None,
        *,
        strength: float | None = None,
        stage1_epochs: int | None = None,
        cost: str | Cost = "memory",
        l2: float = 1e-5,
        survivors: str = "ternary",
        window: float | None = None,
        min_density: MinimumDensity = 0.0,
        retrain_learning_rate: float = 1.0,
        decay: str | None = "cosine",
        update_every: int = 16,
    ) -> None:
        super().__init__()
        if (sparsity is None) == (strength is None):
            raise ValueError(
                f"one of `sparsity` and `strength` must be given. Received: {sparsity!r}, "
                f"{strength!r}"
            )
        if strength is not None and not strength >= 0:
            raise ValueError(f"`strength` must be >= 0. Received: {strength!r}")
        if not l2 >= 0:
            raise ValueError(f"`l2` must be >= 0. Received: {l2!r}")
        check_minimum_density(min_density)
        if stage1_epochs is not None and stage1_epochs < 0:
            raise ValueError(f"`stage1_epochs` must be >= 0. Received: {stage1_epochs!r}")
        if not isinstance(update_every, int) or update_every < 1:
            raise ValueError(f"`update_every` must be an integer >= 1. Received: {update_every!r}")
        self.controller = None if sparsity is None else SparsityController(sparsity)
        self.strength = strength
        self.stage1_epochs = stage1_epochs
        self.cost = HardwareCost(cost) if isinstance(cost, str) else cost
        self.l2 = l2
        self.survivors = Survivors(survivors)
        self.window = window
        self.min_density = min_density
        self.learning_rate = RestartedLearningRate(retrain_learning_rate, decay)
        self.update_every = update_every
        self.layers: list[Any] = []
        self._epoch = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.layers = sparse_ternary_layers(self.model)
        if not self.layers:
            raise ValueError(f"model '{self.model.name}' holds no sparse ternary layer")
        check_layer_names(self.min_density, self.layers)
        if self.stage1_epochs is None:
            self.stage1_epochs = max(1, round(0.6 * self.params["epochs"]))
        without = [layer for layer in self.layers if layer.threshold_regularizer is None]
        for layer in without:
            window = self.window or layer.kernel_quantizer_internal.window
            layer.threshold_regularizer = ThresholdRegularizer(window)
        if without:
            # The loss has a new term, so a step traced by an earlier fit must go.
            self.model.make_train_function(force=True)
        self.learning_rate.begin(self.model.optimizer)

    @property
    def stage(self) -> int:
        """The stage that the layers are in, 1 to 3."""
        return int(ops.convert_to_numpy(self.layers[0].stage))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch
        if self.stage == 1 and epoch >= self.stage1_epochs:
            self._stage_two()

    def _stage_two(self) -> None:
        if self.controller is not None:
            if reason := shortfall(self.layers, self.controller.sparsity):
                warnings.warn(reason, stacklevel=2)
            raise_thresholds(self.layers, self.controller.sparsity, self._least)
        self._hold_densities()
        prune(self.layers, self.survivors)
        self.learning_rate.restart(self.model.optimizer)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if batch % self.update_every:
            return
        self._sync()
        self._hold_densities()
        progress = self._progress(batch)
        self.learning_rate.update(self.model.optimizer, self.stage, progress)
        if self.stage == 1:
            self._update_strengths(progress)

    def _sync(self) -> None:
        # The JAX trainer holds the variables itself; this gives them back before we read them.
        if getattr(self.model, "_jax_state_synced", True) is False:
            self.model.jax_state_sync()

    def _progress(self, batch: int) -> float:
        """Share of the present stage that has passed, 0 to 1."""
        epoch = self._epoch + batch / (self.params.get("steps") or batch + 1)
        if self.stage == 1:
            return min(epoch / self.stage1_epochs, 1.0)
        length = self.params["epochs"] - self.stage1_epochs
        return min((epoch - self.stage1_epochs) / length, 1.0)

    def _least(self, layer: Any) -> float:
        sparsity = self.controller and self.controller.sparsity
        return minimum_density(self.min_density, layer, sparsity)

    def _hold_densities(self) -> None:
        for layer in self.layers:
            hold_density(layer, self._least(layer))

    def _update_strengths(self, progress: float) -> None:
        facts = [self._facts(layer) for layer in self.layers]
        weights = sum(f.weights for f in facts)
        density = sum(f.nonzeros for f in facts) / weights
        strength = (
            self.strength
            if self.controller is None
            else self.controller.strength(density, progress)
        )
        costs = [float(self.cost(f)) for f in facts]
        total = sum(c * f.weights for c, f in zip(costs, facts, strict=True))
        for layer, cost, fact in zip(self.layers, costs, facts, strict=True):
            pushed = fact.nonzeros > self._least(layer) * fact.weights
            layer.sparsity_strength.assign(strength * cost / total if pushed else 0.0)
            layer.l2_strength.assign(self.l2)

    def _facts(self, layer: Any) -> LayerFacts:
        kernel = np.abs(ops.convert_to_numpy(ops.cast(layer.kernel, "float32")))
        threshold = float(ops.convert_to_numpy(layer.threshold))
        fan_ins = (kernel > threshold).reshape(-1, kernel.shape[-1]).sum(axis=0)
        return LayerFacts(
            weights=kernel.size,
            fan_ins=tuple(fan_ins.tolist()),
            positions=layer.output_positions(),
            input_bits=input_bits(layer),
            output_bits=output_bits(layer),
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is not None:
            logs["stage"] = self.stage
            logs["sparsity"] = overall_sparsity(self.layers)
            logs["soft_nonzeros"] = sum(map(soft_nonzeros, self.layers))

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        # A training without stage 3 is pruned all the same.
        if self.stage == 1 and self._epoch + 1 >= self.stage1_epochs:
            self._stage_two()
        self._hold_densities()

    def state(self) -> dict[str, Any]:
        """What a resumed training needs besides the model: JSON values."""
        controller = self.controller
        return {
            "base_learning_rate": self.learning_rate.base,
            "initial_density": controller and controller.initial_density,
            "accumulated": controller and controller.accumulated,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a `state` of an earlier training; call before fit."""
        self.learning_rate.base = state["base_learning_rate"]
        if self.controller is not None:
            self.controller.initial_density = state["initial_density"]
            self.controller.accumulated = state["accumulated"]


def soft_nonzeros(layer: Any) -> float:
    """S of one layer: its soft count of nonzero weights."""
    count = layer.threshold_regularizer(
        ops.cast(layer.kernel, "float32"), layer.threshold, layer.mask
    )
    return float(ops.convert_to_numpy(count))


def thresholds(layers: Sequence[Any]) -> list[float]:
    """η of each layer."""
    return [float(ops.convert_to_numpy(layer.threshold)) for layer in layers]
