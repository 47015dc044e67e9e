"""What is trained: ternary quantizers and layers, their hardware cost, model builders.

Names are imported on first use, so that importing the package does not import Keras.  Keras knows
every class by name all the same, so that saved models load.
"""

from qkeras_models.lazy_names import lazy_names
from qkeras_models.serialization import CLASSES, register_classes

_HOMES = {
    **CLASSES,
    "HardwareCost": "qkeras_models.cost.hardware_costs",
    "LayerFacts": "qkeras_models.cost.layer_facts",
    "PRESETS": "qkeras_models.networks.presets",
    "feed_forward": "qkeras_models.networks.builders",
    "float_feed_forward": "qkeras_models.networks.builders",
    "float_mlp": "qkeras_models.networks.builders",
    "load_model": "qkeras_models.files.saved_model",
    "load_pretrained": "qkeras_models.networks.pretrained",
    "mlp": "qkeras_models.networks.builders",
    "overall_sparsity": "qkeras_models.layers.sparse_ternary_layer",
    "save_model": "qkeras_models.files.saved_model",
    "sparse_ternary_layers": "qkeras_models.layers.sparse_ternary_layer",
    "sparsify": "qkeras_models.networks.sparsification",
}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

register_classes()
