"""The networks that HGQ2 trains.  Runs in HGQ2's own environment, on JAX.

As in HGQ2's examples (example/small_jet_tagger.ipynb): every weight has a bit width of its own and
saturates, every activation has one and wraps, and gradients move all of them.  Weights begin with
six bits below the binary point, four of them used: with HGQ2's two, those of 784 inputs all begin
as 0 and stay there, and six bits above take most of a training to get rid of.
"""

from __future__ import annotations

import keras

WIDTHS = {"mnist-small": (256, 64), "narrow": (64, 32)}


def build_network(name: str) -> keras.Model:
    """A network for 28 × 28 images of 0 and 1, float32, that gives ten logits.

    Args:
        name: ``mnist-small``, 784-256-64-10 as this project's; or ``narrow``, 784-64-32-10.
    """
    from hgq.config import QuantizerConfig, QuantizerConfigScope
    from hgq.layers import QDense

    with (
        QuantizerConfigScope(place="weight", overflow_mode="SAT_SYM", b0=4, i0=-2),
        QuantizerConfigScope(place="bias", overflow_mode="WRAP", b0=6, i0=0),
        QuantizerConfigScope(place="datalane", overflow_mode="WRAP", i0=1, f0=3),
    ):
        pixels = QuantizerConfig(trainable=False, k0=0, i0=1, f0=0, heterogeneous_axis=())
        x = image = keras.Input((28, 28, 1))
        x = keras.layers.Flatten()(x)
        for width in WIDTHS[name]:
            x, pixels = QDense(width, activation="relu", iq_conf=pixels)(x), None
        return keras.Model(image, QDense(10)(x))
