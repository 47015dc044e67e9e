"""The range of a trained threshold."""

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="qkeras_models")
class UnitRange(keras.constraints.Constraint):
    """Keeps a threshold in [0, 1 − margin]: w ← clip(w, 0, 1 − margin).

    At 0 every shadow weight but an exact zero quantizes to ±1; at 1 none could, since shadow
    weights are kept in [−1, 1].

    Args:
        margin: distance kept from 1, in (0, 1).
    """

    def __init__(self, margin: float = 0.02) -> None:
        if not 0.0 < margin < 1.0:
            raise ValueError(f"`margin` must be in (0, 1). Received: {margin!r}")
        self.margin = margin

    @property
    def limit(self) -> float:
        """The largest threshold, 1 − margin."""
        return 1.0 - self.margin

    def __call__(self, w: Any) -> Any:
        return keras.ops.clip(w, 0.0, self.limit)

    def get_config(self) -> dict[str, Any]:
        return {"margin": self.margin}
