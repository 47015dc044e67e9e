"""How the training steps of one fit are executed: fused, or compiled by XLA."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import keras

from training.steps.fused_layers import fuse_layers, separate_layers

# Compiling takes some seconds and saves some milliseconds a step.
WORTH_STEPS = 1000


class FastSteps:
    """The fastest training step of a model, while it is fitted on TensorFlow.

    Dense networks are compiled by XLA.  Convolutional ones are not, since XLA's convolutions are
    slower on processors; their activations and normalizations are fused.  The step alone changes:
    ``model.jit_compile`` stays, since conversion evaluates activations by the model's own setting,
    and compiled arithmetic may round a tie differently.

    Args:
        jit_compile: True, False, or "auto": as above, in a fit of at least 1,000 steps, or where
            the model is compiled so.

    Raises:
        ValueError: for another value.
    """

    def __init__(self, jit_compile: bool | str = "auto") -> None:
        if jit_compile not in (True, False, "auto"):
            raise ValueError(
                f"`jit_compile` must be True, False or 'auto'. Received: {jit_compile!r}"
            )
        self.jit_compile = jit_compile
        self._fused: list[keras.layers.Layer] = []

    def begin(self, model: keras.Model, params: dict[str, Any]) -> None:
        """To be called as fit begins, which has made its training step already.

        Args:
            model: the compiled model.
            params: of Keras's callbacks, ``epochs`` and ``steps`` an epoch, None if unknown.
        """
        if keras.backend.backend() != "tensorflow" or model.run_eagerly:
            return
        self._fused = fuse_layers(model)
        plain = _train_function(model, jit_compile=False)
        if self._pays(model, params["epochs"] * (params.get("steps") or 0)):
            plain = _or_plain(model, _train_function(model, jit_compile=True), plain)
        model.train_function = plain

    def _pays(self, model: keras.Model, steps: int) -> bool:
        if self.jit_compile != "auto":
            return self.jit_compile
        layers = model._flatten_layers()
        if any(hasattr(layer, "kernel_size") or not layer.supports_jit for layer in layers):
            return False
        return model.jit_compile or steps >= WORTH_STEPS

    def end(self, model: keras.Model) -> None:
        """To be called as fit ends: a later one makes its own step."""
        separate_layers(self._fused)
        if keras.backend.backend() == "tensorflow":
            model.train_function = None


def _train_function(model: keras.Model, jit_compile: bool) -> Callable[[Any], Any]:
    own = model.jit_compile
    model.jit_compile = jit_compile
    model.make_train_function(force=True)
    model.jit_compile = own
    return model.train_function


def _or_plain(
    model: keras.Model, compiled: Callable[[Any], Any], plain: Callable[[Any], Any]
) -> Callable[[Any], Any]:
    """The compiled step, or the plain one where XLA lacks an operation of the model's or its loss.

    XLA says so as the first step is compiled, before anything was computed.
    """
    from tensorflow import errors

    def first(iterator: Any) -> Any:
        try:
            logs = compiled(iterator)
        except (errors.InvalidArgumentError, errors.UnimplementedError) as error:
            reason = str(error).strip().splitlines()[0][:200]
            warnings.warn(f"training steps are not compiled: {reason}", stacklevel=2)
            model.train_function = plain
            return plain(iterator)
        model.train_function = compiled
        return logs

    return first
