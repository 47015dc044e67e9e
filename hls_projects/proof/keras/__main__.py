"""python -m hls_projects.proof.keras MODEL [NETWORK]: whether Keras computes its network."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from qkeras_models.interruptible_command import InterruptibleCommand


@click.command(cls=InterruptibleCommand)
@click.argument("model", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("network", required=False,
                type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(model: Path, network: Path | None) -> None:
    """Compares MODEL, a .keras file, with its integer network, or with NETWORK, a network.npz."""
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.proof.keras import prove_keras
    from qkeras_models.files.saved_model import load_model

    before = None if network is None else IntegerNetwork.load(network)
    proof = prove_keras(load_model(model), before)
    click.echo(proof)
    sys.exit(0 if proof.complete else 1)


if __name__ == "__main__":
    main()
