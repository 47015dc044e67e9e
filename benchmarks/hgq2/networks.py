"""The networks that HGQ2 trains.  Runs in HGQ2's own environment, on JAX.

As in HGQ2's examples (example/small_jet_tagger.ipynb; for the pooled inputs
github.com/calad0i/HGQ2-examples, mnist/model.py): every weight has a bit width of its own and
saturates, every activation has one and wraps, and gradients move all of them.  Weights begin with
six bits below the binary point: with fewer, those of 784 inputs all begin as 0 and stay there.
"""

from __future__ import annotations

import keras

WIDTHS = {"mnist-small": (256, 64), "narrow": (64, 32), "pooled": (64, 32)}


def build_network(name: str) -> keras.Model:
    """A network for 28 × 28 pictures of 0 and 1, float32, that gives ten logits.

    Args:
        name: ``mnist-small``, 784-256-64-10 as this project's; ``narrow``, 784-64-32-10; or
            ``pooled``, 196-64-32-10 on the means of 2 × 2 pixels, as HGQ2's example has them.
    """
    from hgq.config import QuantizerConfig, QuantizerConfigScope
    from hgq.layers import QAveragePooling2D, QDense

    with (
        QuantizerConfigScope(place="weight", overflow_mode="SAT_SYM", b0=4, i0=-2),
        QuantizerConfigScope(place="bias", overflow_mode="WRAP", b0=6, i0=0),
        QuantizerConfigScope(place="datalane", overflow_mode="WRAP", i0=1, f0=3),
    ):
        pixels = QuantizerConfig(trainable=False, k0=0, i0=1, f0=0, heterogeneous_axis=())
        x = picture = keras.Input((28, 28, 1))
        if name == "pooled":
            x, pixels = QAveragePooling2D(2, iq_conf=pixels)(x), None
        x = keras.layers.Flatten()(x)
        for width in WIDTHS[name]:
            x, pixels = QDense(width, activation="relu", iq_conf=pixels)(x), None
        return keras.Model(picture, QDense(10)(x))
