"""Learning from a teacher's logits: its loss and accuracy are at home in qkeras_models.

Saved models hold them, and load where nothing but qkeras_models is imported.
"""

from qkeras_models.distillation import DistillationLoss, LabelAccuracy, labels

__all__ = ["DistillationLoss", "LabelAccuracy", "labels"]
