"""The penalty that raises thresholds is at home in qkeras_models.

Saved models hold it, and load where nothing but qkeras_models is imported.
"""

from qkeras_models.threshold_regularizer import ThresholdRegularizer

__all__ = ["ThresholdRegularizer"]
