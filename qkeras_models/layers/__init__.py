"""Layers of which networks are built: input quantizer, ternary weights, integer logits."""

from qkeras_models.lazy_names import lazy_names
from qkeras_models.serialization import CLASSES

_HOMES = {name: home for name, home in CLASSES.items() if home.startswith(f"{__name__}.")}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
