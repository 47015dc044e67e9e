"""Writes the Keras model of a network.npz.

    python -m hls_projects.to_keras network.npz model.keras
"""

from __future__ import annotations

from pathlib import Path

import click

from qkeras_models.interruptible_command import InterruptibleCommand


@click.command(cls=InterruptibleCommand)
@click.argument("network", type=click.Path(path_type=Path))
@click.argument("model", type=click.Path(path_type=Path))
def main(network: Path, model: Path) -> None:
    """Writes MODEL (.keras), which computes what NETWORK (network.npz) does, to train it further.

    \b
    For example:
      python -m hls_projects.to_keras runs/mnist-small/network.npz again.keras
      python train.py --model again.keras --data mnist --sparsity 0.99 --name sparser
    """
    if model.suffix != ".keras":
        raise click.UsageError(f"MODEL must end with .keras. Received: {model}")
    if model.exists():
        raise click.UsageError(f"{model} exists already: choose another name")
    from qkeras_models.quiet import import_keras_quietly

    import_keras_quietly()
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.to_keras.keras_model import keras_model
    from qkeras_models.files.saved_model import save_model

    try:
        known = IntegerNetwork.load(network)
        save_model(keras_model(known), model)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{model} computes what {network} does: {known.nonzeros:,} of {known.weights:,} weights. "
        f"Next: python train.py --model {model}"
    )


if __name__ == "__main__":
    main()
