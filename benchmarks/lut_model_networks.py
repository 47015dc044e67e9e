"""Networks that the LUT model is fitted on, and those that it is judged by.

Held out are whole architectures, chosen before the first fit: none of them occurs in the fit.  The
network that comes with the package is held out too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hls_projects.kinds import Dense, Flatten, Head, Levels
from hls_projects.network.input_format import InputFormat
from hls_projects.network.integer_network import IntegerNetwork

EPOCHS = {"mnist": (2, 1), "digits": (15, 5)}
MNIST_PIXELS = 784


@dataclass(frozen=True)
class Case:
    """One network: trained to `sparsity`, or random with that share of zeros if not `trained`.

    Args:
        held_out: judged, not fitted.
        data: mnist or digits.
        hidden: widths of the hidden layers.
        input_bits, activation_bits: as in TrainingConfig.
        sparsity: share of zeros.
        trained: False for dense networks, whose weights are random.
    """

    held_out: bool
    data: str
    hidden: tuple[int, ...]
    input_bits: int
    activation_bits: int
    sparsity: float
    trained: bool = True

    @property
    def name(self) -> str:
        kind = self.data if self.trained else "random"
        widths = "-".join(map(str, self.hidden)) or "none"
        bits = f"i{self.input_bits}-a{self.activation_bits}"
        return f"{kind}-{widths}-{bits}-s{self.sparsity * 100:.0f}"


def _cases(held_out: bool, rows: list[tuple]) -> list[Case]:
    return [Case(held_out, *row) for row in rows]


CASES = _cases(False, [
    ("mnist", (), 1, 2, 0.9),
    ("mnist", (), 4, 2, 0.95),
    ("mnist", (32,), 1, 2, 0.9),
    ("mnist", (32,), 2, 2, 0.95),
    ("mnist", (32,), 4, 1, 0.97),
    ("mnist", (32,), 1, 3, 0.95),
    ("mnist", (32,), 1, 4, 0.97),
    ("mnist", (128,), 1, 2, 0.95),
    ("mnist", (128,), 1, 1, 0.99),
    ("mnist", (128,), 2, 3, 0.98),
    ("mnist", (128,), 4, 2, 0.98),
    ("mnist", (128, 64), 1, 2, 0.97),
    ("mnist", (128, 64), 2, 2, 0.98),
    ("mnist", (64, 64, 64), 1, 2, 0.95),
    ("mnist", (32,), 8, 2, 0.98),
    ("mnist", (128, 64), 8, 1, 0.99),
    ("digits", (32,), 4, 2, 0.8),
    ("digits", (64, 64), 2, 1, 0.8),
    ("mnist", (16,), 1, 1, 0.0, False),
    ("mnist", (16,), 1, 2, 0.5, False),
    ("digits", (32, 32), 1, 1, 0.0, False),
    ("digits", (32, 32), 2, 2, 0.5, False),
]) + _cases(True, [
    ("mnist", (48,), 1, 2, 0.98),
    ("mnist", (64, 32), 1, 2, 0.9),
    ("mnist", (64, 32), 2, 1, 0.97),
    ("mnist", (64, 32), 4, 3, 0.98),
    ("mnist", (64, 32), 8, 2, 0.98),
    ("mnist", (256, 64), 1, 1, 0.95),
    ("mnist", (256, 64), 2, 2, 0.98),
    ("mnist", (300, 100), 1, 2, 0.98),
    ("mnist", (300, 100), 4, 2, 0.99),
    ("mnist", (96, 48, 24), 1, 2, 0.95),
    ("digits", (48, 24), 4, 2, 0.7),
    ("digits", (96, 48), 1, 1, 0.8),
    ("mnist", (12,), 1, 1, 0.0, False),
    ("mnist", (20,), 1, 2, 0.5, False),
    ("digits", (48,), 4, 1, 0.5, False),
])


def make_network(case: Case, folder: Path, data_folder: str | None) -> IntegerNetwork:
    """The case's network, from folder/network.npz if it is there already."""
    path = folder / "network.npz"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        make = _trained if case.trained else _random
        make(case, folder, data_folder).save(path)
    return IntegerNetwork.load(path)


def _trained(case: Case, folder: Path, data_folder: str | None) -> IntegerNetwork:
    from qkeras_models.files.saved_model import load_model
    from training.config import TrainingConfig
    from training.run import resume, train

    stage1, stage3 = EPOCHS[case.data]
    config = TrainingConfig(
        data=case.data,
        data_folder=data_folder if case.data == "mnist" else None,
        hidden=list(case.hidden),
        input_bits=case.input_bits,
        activation_bits=case.activation_bits,
        sparsity=case.sparsity,
        l2=2e-5,
        stage1_epochs=stage1,
        stage3_epochs=stage3,
        batch_size=256 if case.data == "mnist" else 32,
    )
    run = folder / "run"
    if (run / "config.yaml").is_file():
        resume(run, verbose=0)
    else:
        train(config, run, verbose=0)
    return IntegerNetwork.from_keras(load_model(run / "model.keras"))


def _random(case: Case, folder: Path, data_folder: str | None) -> IntegerNetwork:
    """Random weights; thresholds at quantiles of the sums that training data give."""
    from training.data import load

    data = load(
        case.data,
        folder=data_folder if case.data == "mnist" else None,
        bits=case.input_bits,
    )
    form = data.format
    layers: list = [Flatten()]
    inputs = InputFormat(form.bits, form.signed, form.scale, data.shape)
    values = Flatten().forward(inputs.quantize(data.x_train[:2000]))
    rng = np.random.default_rng(0)
    for width in (*case.hidden, data.classes):
        shape = (values.shape[1], width)
        weights = rng.choice([-1, 1], shape) * (rng.random(shape) >= case.sparsity)
        layers.append(Dense(weights.astype(np.int8)))
        sums = layers[-1].forward(values)
        shares = np.arange(1, 1 << case.activation_bits) / (1 << case.activation_bits)
        levels = np.quantile(sums, shares, axis=0, method="nearest").T.astype(np.int32)
        layers.append(Levels(np.ascontiguousarray(levels), np.ones(width, np.int8)))
        values = layers[-1].forward(sums)
    layers[-1] = Head(np.zeros(data.classes, np.int32))
    return IntegerNetwork(inputs, tuple(layers))
