"""python -m hls_projects.proof.cpp PROJECT [NETWORK]: whether C++ computes its network."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hls_projects.proof.cpp.compiled.inputs import MOST_BITS
from qkeras_models.interruptible_command import InterruptibleCommand


@click.command(cls=InterruptibleCommand)
@click.argument("project", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("network", required=False,
                type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--most-bits", type=click.IntRange(0, MOST_BITS), default=MOST_BITS,
              show_default=True, help="Bits of a compiled function's inputs, all of which are "
                                      "tried if it has no more; 0 compiles nothing.")
def main(project: Path, network: Path | None, most_bits: int) -> None:
    """Compares PROJECT, a run's hls folder, with NETWORK; by default the network.npz beside it."""
    from hls_projects.network.integer_network import IntegerNetwork
    from hls_projects.proof.cpp.prove import prove_cpp

    network = network or project.resolve().parent / "network.npz"
    if not network.is_file():
        raise click.UsageError(f"there is no {network}: give NETWORK, a network.npz")
    proof = prove_cpp(project, IntegerNetwork.load(network), most_bits=most_bits)
    click.echo(proof)
    sys.exit(0 if proof.complete else 1)


if __name__ == "__main__":
    main()
