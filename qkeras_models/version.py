"""`--version`: which version of this project is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import click

# Its name in setup.cfg, which alone says the version.
DISTRIBUTION = "sparse-ternary"


def version_option() -> click.Option:
    """The option that prints name and version, and ends the command."""
    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
        help="Show the version and exit.",
    )


def _print_version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    try:
        click.echo(f"{DISTRIBUTION} {version(DISTRIBUTION)}")
    except PackageNotFoundError:
        raise click.ClickException(
            f"{DISTRIBUTION} is not installed, so it has no version: pip install ."
        ) from None
    context.exit()
