"""Data sets: MNIST, digits and the user's own, split, checked, formatted and augmented.

    from training.data import Augmentation, Batches, load

    data = load("mnist")
    batches = Batches(data.x_train, data.y_train, augmentation=Augmentation())

Names are looked up on first use, so importing the package imports neither Keras nor scikit-learn.
"""

from qkeras_models.lazy_names import lazy_names

_HOMES = {
    "Augmentation": "training.data.augmentation.augmentation",
    "Batches": "training.data.batches",
    "Dataset": "training.data.dataset",
    "DownloadError": "training.data.sets.download",
    "FixedPoint": "qkeras_models.input_formats.fixed_point",
    "cache_folder": "training.data.sets.cache",
    "find_format": "qkeras_models.input_formats.format_search",
    "load": "training.data.sources",
}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
