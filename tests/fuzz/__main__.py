"""python -m tests.fuzz: the long run, `make fuzz`."""

from __future__ import annotations

import sys
import time

import click

from tests.fuzz.exactness import Tally, check_all, draw


@click.command()
@click.option("--networks", "count", type=click.IntRange(min=1), default=500, show_default=True)
@click.option("--batch", type=click.IntRange(min=1), default=25, show_default=True,
              help="Networks in one compilation.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another one, other networks.")
def main(count: int, batch: int, seed: int) -> None:
    """Random networks through Keras, integer network, C-simulation and RTL simulation."""
    started = time.monotonic()
    pieces = draw(count, seed)
    tally = Tally()
    for first in range(0, len(pieces), batch):
        known = len(tally.failures)
        check_all(pieces[first : first + batch], tally)
        click.echo(f"{tally.networks} networks, {time.monotonic() - started:.0f} s, "
                   f"{len(tally.failures)} failures", err=True)
        for failure in tally.failures[known:]:
            click.echo(failure, err=True)
    click.echo("| execution | networks | integer logits | differing |\n|---|---|---|---|")
    for name, logits in tally.logits.items():
        differing = sum(failure.startswith(name) for failure in tally.failures)
        left_out = tally.without_verilog if name.startswith("RTL") else 0
        count = tally.networks - tally.refused - left_out
        click.echo(f"| {name} | {count} | {logits:,} | {differing} |")
    click.echo(f"{tally.networks} networks drawn with seed {seed}, {tally.refused} refused with a "
               f"clear error, {tally.without_verilog} with no Verilog, {len(tally.failures)} "
               f"failures, {time.monotonic() - started:.0f} s")
    found = ", ".join(f"{count} {verdict}" for verdict, count in tally.proofs.items())
    click.echo(f"Verilog for every input: {found}")
    sys.exit(1 if tally.failures else 0)


if __name__ == "__main__":
    main()
