"""The networks that HGQ2 trains.  Runs in HGQ2's own environment, on JAX.

As in HGQ2's examples (example/small_jet_tagger.ipynb): every weight has a bit width of its own and
saturates, every activation has one and wraps, and gradients move all of them.  Weights begin with
six bits below the binary point, four of them used: with HGQ2's two, those of 784 inputs all begin
as 0 and stay there, and six bits above take most of a training to get rid of.
"""

from __future__ import annotations

from pathlib import Path

import keras

from benchmarks.hgq2.images import Images
from benchmarks.hgq2.jets import Jets

WIDTHS = {"mnist-small": (256, 64), "narrow": (64, 32), "jets": (64, 32, 32)}


def open_data(network: str, path: Path | None) -> Images | Jets:
    """What a network is trained on: MNIST, or the jets of a file."""
    return Jets(path) if network == "jets" else Images()


def build_network(name: str) -> keras.Model:
    """A network for float32 samples that gives a logit for each class.

    Args:
        name: ``mnist-small``, 784-256-64-10 as this project's, or ``narrow``, 784-64-32-10, for
            28 × 28 images of 0 and 1; or ``jets``, 16-64-32-32-5.  A feature of a jet has a bit
            width of its own and is truncated, not rounded: that takes no hardware.
    """
    from hgq.config import QuantizerConfig, QuantizerConfigScope
    from hgq.layers import QDense

    with (
        QuantizerConfigScope(place="weight", overflow_mode="SAT_SYM", b0=4, i0=-2),
        QuantizerConfigScope(place="bias", overflow_mode="WRAP", b0=6, i0=0),
        QuantizerConfigScope(place="datalane", overflow_mode="WRAP", i0=1, f0=3),
    ):
        if name == "jets":
            inputs = QuantizerConfig(place="datalane", round_mode="TRN", i0=1, f0=6)
            x = sample = keras.Input((16,))
        else:
            inputs = QuantizerConfig(trainable=False, k0=0, i0=1, f0=0, heterogeneous_axis=())
            x = sample = keras.Input((28, 28, 1))
            x = keras.layers.Flatten()(x)
        for width in WIDTHS[name]:
            x, inputs = QDense(width, activation="relu", iq_conf=inputs)(x), None
        return keras.Model(sample, QDense(5 if name == "jets" else 10)(x))
