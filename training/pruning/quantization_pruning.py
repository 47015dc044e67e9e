"""The callback that drives the three stages inside an ordinary model.fit."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from keras import ops

from qkeras_models.cost.comparators import comparators_of_a_weight
from qkeras_models.cost.hardware_costs import HardwareCost, input_bits, output_bits
from qkeras_models.cost.layer_facts import LayerFacts
from training.pruning.fan_in import checked_fan_in, limit_fan_ins
from training.pruning.gradual_pruning import prune_gradually
from training.pruning.minimum_density import MinimumDensity
from training.pruning.sparsity_controller import SparsityController
from training.pruning.stage_two import (
    Survivors,
    lower_thresholds,
    prune,
    raise_thresholds,
    shortfall,
)
from training.pruning.staged_training import StagedTraining
from training.pruning.threshold_steps import largest_strength, slow_thresholds

Cost = Callable[[LayerFacts], float]
# Share of the wanted nonzeros below which thresholds are lowered at once.
LOST = 0.5


class QuantizationPruning(StagedTraining):
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
        cost: "memory", "macs", "luts", "positions" (HardwareCost) or a function of LayerFacts.
        l2: λ₂ of stage 1, ≥ 0, a loss per squared weight.
        survivors: "ternary", survivors may still become 0, or "binary", they are ±1 for good.
        window: τ of the soft count; by default the layer's quantizer's.
        fan_in: most nonzero weights of each output, ≥ 1, by the layer's name.  The limit falls from
            all inputs along the cubic of the wanted density, and what is beyond it leaves at once.
            It alone decides in that layer, which λ does not push: `sparsity` is that of the others.
        gradual: whether weights that are far below η leave for good in stage 1 already, along a
            cubic (prune_gradually): what a long stage 1 needs.  With a `sparsity` alone.
        min_density: least density of every layer, in [0, 1), at most a fifth of 1 − sparsity, or a
            mapping from layer names to theirs.  A layer that has reached it is pushed no further,
            and its threshold follows its weights so that it stays there, in stage 3 too.
        retrain_learning_rate: of stage 3, as a factor of the optimizer's own.
        decay: "cosine", to 2 % of the learning rate in each stage, or None.
        update_every: steps between two looks at the thresholds; at most once in each execution of
            several steps.
        jit_compile: whether TensorFlow compiles the training step by XLA during fit; "auto": in a
            fit of at least 1,000 steps.

    Warns, once each: where stage 1 missed the sparsity because shadow weights drifted to ±1; in the
    epoch in which a layer loses all of its weights, or the loss is no number; and where fit ends
    without a network pruned as was asked for.

    Raises:
        ValueError: if an argument is out of range, both or neither of `sparsity` and `strength`
            are given, or the model holds no sparse ternary layer.

    Example:
        >>> history = model.fit(x_train, y_train, epochs=5, verbose=0,
        ...                     callbacks=[QuantizationPruning(sparsity=0.5)])
        >>> history.history["stage"]
        [1, 1, 1, 3, 3]

    Reference: docs/method.md; the three stages are those of arXiv 1709.06262.
    """

    def __init__(
        self,
        sparsity: float | None = None,
        *,
        strength: float | None = None,
        cost: str | Cost = "memory",
        survivors: str = "ternary",
        fan_in: Mapping[str, int] | None = None,
        gradual: bool = False,
        stage1_epochs: int | None = None,
        l2: float = 1e-5,
        window: float | None = None,
        min_density: MinimumDensity = 0.0,
        retrain_learning_rate: float = 1.0,
        decay: str | None = "cosine",
        update_every: int = 16,
        jit_compile: bool | str = "auto",
    ) -> None:
        super().__init__(
            sparsity,
            stage1_epochs=stage1_epochs,
            l2=l2,
            window=window,
            min_density=min_density,
            retrain_learning_rate=retrain_learning_rate,
            decay=decay,
            update_every=update_every,
            jit_compile=jit_compile,
        )
        if (sparsity is None) == (strength is None):
            raise ValueError(
                f"one of `sparsity` and `strength` must be given. Received: {sparsity!r}, "
                f"{strength!r}"
            )
        if strength is not None and not strength >= 0:
            raise ValueError(f"`strength` must be >= 0. Received: {strength!r}")
        if gradual and sparsity is None:
            raise ValueError(f"`gradual` needs a `sparsity`. Received: {strength!r} as `strength`")
        self.controller = None if sparsity is None else SparsityController(sparsity)
        self.strength = strength
        self.cost = HardwareCost(cost) if isinstance(cost, str) else cost
        self.survivors = Survivors(survivors)
        self.fan_in = checked_fan_in(fan_in)
        self.gradual = gradual

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self._check_names("fan_in", self.fan_in)
        if self.stage == 1:
            slow_thresholds(self.model.optimizer, self.layers)

    def _prune(self) -> None:
        limit_fan_ins(self.layers, self.fan_in, 1.0)
        pushed = self.layers_of_sparsity()
        if self.controller is not None and pushed:
            if reason := shortfall(pushed, self.sparsity):
                warnings.warn(reason, stacklevel=2)
            raise_thresholds(pushed, self.sparsity, self._least)
        self._hold_densities()
        prune(self.layers, self.survivors)

    def layers_of_sparsity(self) -> list[Any]:
        """Those that λ pushes."""
        return [layer for layer in self.layers if layer.name not in self.fan_in]

    def _train(self, progress: float) -> None:
        limit_fan_ins(self.layers, self.fan_in, progress)
        for layer in self.layers:
            layer.l2_strength.assign(self.l2)
        if pushed := self.layers_of_sparsity():
            self._push(pushed, progress)
            if self.gradual:
                prune_gradually(pushed, self.sparsity, progress, self._least)

    def _push(self, layers: Sequence[Any], progress: float) -> None:
        facts = [self._facts(layer) for layer in layers]
        if self.controller is not None and (lost := self._lost(layers, facts)):
            lower_thresholds(lost, self.sparsity)
            facts = [self._facts(layer) for layer in layers]
        strength = (
            self.strength
            if self.controller is None
            else self.controller.strength(_density(facts), progress)
        )
        costs = [float(self.cost(f)) for f in facts]
        total = sum(c * f.weights for c, f in zip(costs, facts, strict=True))
        for layer, cost, fact in zip(layers, costs, facts, strict=True):
            open_to_less = fact.nonzeros > self._least(layer) * fact.weights
            bound = largest_strength(self.model.optimizer, layer)
            wanted = min(strength * cost / total, bound) if open_to_less else 0.0
            layer.sparsity_strength.assign(wanted)

    def _lost(self, layers: Sequence[Any], facts: Sequence[LayerFacts]) -> Sequence[Any]:
        """Layers whose thresholds ran past the weights that were to stay: all, or the dead ones."""
        if _density(facts) < LOST * (1.0 - self.sparsity):
            return layers
        return [layer for layer, f in zip(layers, facts, strict=True) if not f.nonzeros]

    def _facts(self, layer: Any) -> LayerFacts:
        kernel = np.abs(ops.convert_to_numpy(ops.cast(layer.kernel, "float32")))
        threshold = float(ops.convert_to_numpy(layer.threshold))
        nonzero = layer.by_output(kernel > threshold)
        return LayerFacts(
            weights=kernel.size,
            fan_ins=tuple(np.count_nonzero(nonzero, axis=0).tolist()),
            positions=layer.output_positions(),
            input_bits=input_bits(layer),
            output_bits=output_bits(layer),
            comparators=comparators_of_a_weight(layer, nonzero),
        )

    def state(self) -> dict[str, Any]:
        controller = self.controller
        return super().state() | {
            "initial_density": controller and controller.initial_density,
            "accumulated": controller and controller.accumulated,
        }

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        if self.controller is not None:
            self.controller.initial_density = state["initial_density"]
            self.controller.accumulated = state["accumulated"]


def _density(facts: Sequence[LayerFacts]) -> float:
    return sum(f.nonzeros for f in facts) / sum(f.weights for f in facts)
