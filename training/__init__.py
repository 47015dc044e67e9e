"""How networks are trained: data sets, threshold regularizer, pruning callback, runs.

Names are imported on first use, so that importing the package does not import Keras.
"""

from qkeras_models.lazy_names import lazy_names

_HOMES = {
    "DistillationLoss": "qkeras_models.distillation",
    "QuantizationPruning": "training.pruning.quantization_pruning",
    "SparsityController": "training.pruning.sparsity_controller",
    "DistilledBatches": "training.teaching.distilled_batches",
    "ThresholdRegularizer": "qkeras_models.quantizers.threshold_regularizer",
    "TrainingConfig": "training.config",
}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
