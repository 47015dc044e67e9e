"""python convert.py: converts a trained network and proves the result exact."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qkeras_models.interruptible_command import InterruptibleCommand

if TYPE_CHECKING:
    from hls_projects.conversion.options import BoardOptions

INSTALLED = "sparse-ternary-convert"
# Options of the version before this one.
RENAMED = {"--synth": "--yosys", "--synthesize": "--vendor", "--fold-dense": "--time-multiplex"}


def _doctor(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    """Looks for everything that can be used; ends with status 1 if something needed is missing."""
    if not wanted or context.resilient_parsing:
        return
    from hls_projects.conversion.doctor import findings

    failed = False
    for finding in findings():
        click.echo(finding.text)
        failed |= finding.needed and finding.found is None
    context.exit(int(failed))


class _Renamed(InterruptibleCommand):
    """Takes the options of earlier versions too, with a warning."""

    def parse_args(self, context: click.Context, words: list[str]) -> list[str]:
        return super().parse_args(context, [_present_name(word) for word in words])


def _present_name(word: str) -> str:
    name, equals, value = word.partition("=")
    if name not in RENAMED:
        return word
    click.echo(f"warning: {name} is called {RENAMED[name]} now; it will go", err=True)
    return f"{RENAMED[name]}{equals}{value}"


@click.command(cls=_Renamed, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("target", metavar="RUN_OR_MODEL")
@click.option("--doctor", is_flag=True, is_eager=True, expose_value=False, callback=_doctor,
              help="Check Python, packages, tools, cache and disk, and say what is missing.")
@click.option("--output", type=click.Path(path_type=Path),
              help="Folder for network.npz, hls/ and report/.  [default: the run's]")
@click.option("--backend", default="Vitis", show_default=True,
              help="hls4ml backend, Vitis or Vivado.")
@click.option("--strategy", default="Latency", show_default=True,
              help="Latency, a balanced adder tree for each neuron, or distributed_arithmetic, "
                   "da4ml's adder graphs.")
@click.option("--io-type", help="io_parallel, all values of a sample at once, or io_stream.  "
                                "[default: io_stream for convolutions]")
@click.option("--clock-period", type=float, default=5.0, show_default=True, help="In ns.")
@click.option("--part", help="FPGA part, as in xcvu9p-flga2104-2L-e.")
@click.option("--project-name", help="Name of the top function.  [default: the run's name]")
@click.option("--data", help="Data set to compare on.  [default: the one it was trained on]")
@click.option("--samples", type=click.IntRange(min=1),
              help="How many test samples to compare.  [default: all]")
@click.option("--input-bits", type=int,
              help="Bits of an input, 1 to 16, of a model without an InputQuantizer.  [default: 8]")
@click.option("--input-scale", type=float,
              help="One step of its inputs, a power of two.  [default: found from the data]")
@click.option("--input-unsigned", is_flag=True, help="Its inputs are not negative.")
@click.option("--no-csim", is_flag=True, help="Write the project without compiling it.")
@click.option("--argmax", is_flag=True,
              help="The HLS project's output is the index of the largest logit, the lowest of "
                   "equal ones.  Verilog outputs the logits: not with --rtl.")
@click.option("--rtl", is_flag=True, help="Write Verilog too, simulate it on the same samples.")
@click.option("--yosys", help="Synthesize the Verilog with Yosys: xilinx, xilinx7, ecp5, "
                              "gatemate, or several with commas between; includes --rtl.")
@click.option("--pnr", is_flag=True, help="Place and route for ecp5 and gatemate, whichever "
                                          "--yosys names, else ecp5, with nextpnr, which takes "
                                          "minutes; includes --rtl.")
@click.option("--optimize",
              help="What the Verilog is written for: cells, the fewest LUT cells; area, the "
                   "fewest occupied LUT positions; speed, the fewest LUTs in a row; balanced, "
                   "few of them in fewer positions; includes --rtl.  [default: cells]")
@click.option("--trade-off", is_flag=True,
              help="Build Verilog of every goal too, and show its LUTs, flip-flops and ns in the "
                   "report; includes --rtl.")
@click.option("--rtl-clock-period", type=float,
              help="Clock of the Verilog, in ns: registers where it needs them, several layers "
                   "in a cycle where they fit; includes --rtl.  [default: one stage a layer]")
@click.option("--stage-delay", type=float,
              help="Longest pipeline stage of the Verilog, in ns; layers are cut, but not joined "
                   "as by --rtl-clock-period, which replaces it; includes --rtl.")
@click.option("--time-multiplex", is_flag=True,
              help="Large dense layers after an image, but the last one, take as many cycles as "
                   "it has pixels: as many images a second in fewer LUTs; includes --rtl.")
@click.option("--raw-bits", type=int,
              help="Raw values of so many bits enter the Verilog, such as 8 for pixels; what makes "
                   "the network's inputs of them is part of it; includes --rtl.  [default: the "
                   "network's own inputs enter]")
@click.option("--raw-scale", type=float,
              help="The input that a raw value of 1 stands for.  [default: 1/256 of 8 bits, 1/16 "
                   "of 4]")
@click.option("--generic-rtl", is_flag=True,
              help="Write Verilog without primitives, for Quartus say; includes --rtl.")
@click.option("--tool-seconds", type=float,
              help="Time limit of each run of Yosys or nextpnr.  [default: 1800]")
@click.option("--prove/--no-prove", default=None,
              help="Prove the C++ and the Verilog for every input; --prove includes --rtl.  "
                   "[default: where it takes seconds]")
@click.option("--board",
              help="Make a bitstream for a board, such as ulx3s-12f, or one of your own in a .yaml "
                   "file, and simulate what was routed; takes minutes; includes --rtl.")
@click.option("--board-images", type=int,
              help="Test samples that the routed netlist must answer.  [default: 100]")
@click.option("--self-test", type=int, default=0,
              help="Test samples that the board holds itself and runs at its full clock.")
@click.option("--wrapper",
              help="axis: write the Verilog between two AXI4-Streams too, and a script that makes "
                   "an IP of it; hls: as an RTL black box of Vitis HLS, with a C model; includes "
                   "--rtl.")
@click.option("--vendor", "synthesize", is_flag=True,
              help="Run the vendor's tool, which must be on the PATH, and read its report.")
@click.option("--json", "as_json", is_flag=True,
              help="Print the report as JSON, alone on standard output; docs/report.md has its "
                   "fields.")
def main(
    target: str,
    output: Path | None,
    no_csim: bool,
    rtl: bool,
    yosys: str | None,
    pnr: bool,
    optimize: str | None,
    trade_off: bool,
    rtl_clock_period: float | None,
    stage_delay: float | None,
    time_multiplex: bool,
    raw_bits: int | None,
    raw_scale: float | None,
    generic_rtl: bool,
    tool_seconds: float | None,
    prove: bool | None,
    board: str | None,
    board_images: int | None,
    self_test: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Converts a trained network into an hls4ml project that computes exactly what Keras does.

    RUN_OR_MODEL is a run (runs/NAME or NAME), a .keras file, the .npz file of an integer network,
    or a network that comes with the package, such as mnist-small.  Writes network.npz, hls/ and
    report/ into the run's folder, and ends with status 1 if a single integer logit differs.

    \b
    Examples:
      python convert.py runs/digits
      python convert.py mnist-small --yosys xilinx,ecp5
      python convert.py mnist-small --clock-period 4 --part xcvu9p-flga2104-2L-e
      python convert.py reports/results/networks/sfc-sparse-0.98-0.npz --data mnist
    """
    from reports.printed_conversion import print_conversion, print_json, stdout_to_stderr

    try:
        targets = tuple(filter(None, map(str.strip, (yosys or "").split(","))))
        if yosys is not None and not targets:
            raise ValueError(f"`--yosys` must name a target. Received: {yosys!r}")
        verilog = None
        wanted = (rtl, targets, pnr, time_multiplex, generic_rtl, prove, optimize, trade_off,
                  rtl_clock_period is not None, stage_delay is not None, board,
                  options["wrapper"], raw_bits is not None, raw_scale is not None)
        if any(wanted):
            verilog = {
                "targets": targets,
                "generic": generic_rtl,
                "optimize": optimize or "cells",
                "clock_period": rtl_clock_period,
                "stage_delay": stage_delay,
                "time_multiplex": time_multiplex,
                "place": pnr,
                "prove": prove,
                "raw_bits": raw_bits,
                "raw_scale": raw_scale,
                "board": board is not None,
                "trade_off": trade_off,
                **_given(seconds=tool_seconds),
            }
        elif tool_seconds is not None:
            raise ValueError("`--tool-seconds` is of Yosys and nextpnr: give `--rtl` or another "
                             f"option of Verilog too. Received: {tool_seconds}")
        if stage_delay is not None:
            click.echo("warning: --stage-delay joins no layers; --rtl-clock-period replaces it",
                       err=True)
        chosen = _board_options(board, board_images, self_test, tool_seconds)
        options |= {"csim": not no_csim, "board": chosen, "prove": prove}
        with stdout_to_stderr() if as_json else nullcontext():
            document, folder = _convert(target, output, verilog, options)
    except (ValueError, OSError, RuntimeError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    (print_json if as_json else print_conversion)(document, folder)
    for failure in document["failures"]:
        click.echo(f"error: {failure}", err=True)
    _draw_counterexamples(document["exactness"]["counterexamples"], folder)
    sys.exit(1 if document["failures"] else 0)


def _draw_counterexamples(records: Sequence[dict[str, Any]], folder: Path) -> None:
    """Says where inputs that show an error are, and draws those that are images."""
    from qkeras_models.files.run_folder import RunFolder

    for record in records:
        click.echo("".join(f"  {row}\n" for row in record["picture"]), err=True, nl=False)
    if records:
        click.echo(f"the input: {RunFolder(folder).counterexample}", err=True)


def _board_options(
    board: str | None, images: int | None, self_test: int, seconds: float | None
) -> BoardOptions | None:
    from hls_projects.conversion.options import BoardOptions

    if board is not None:
        given = _given(images=images, seconds=seconds)
        return BoardOptions(board, self_test=self_test, **given)
    for name, asked in (("self-test", self_test), ("board-images", images is not None)):
        if asked:
            raise ValueError(f"`--{name}` is of a board: give `--board` too. Received: none")
    return None


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _convert(
    target: str, output: Path | None, verilog: dict[str, Any] | None, options: dict[str, Any]
) -> tuple[Any, Path]:
    from hls_projects.conversion.driver import convert
    from hls_projects.conversion.model_source import find_model
    from hls_projects.conversion.options import ConversionOptions, RtlOptions
    from qkeras_models.files.folder_lock import exclusive_folder
    from qkeras_models.quiet import import_keras_quietly
    from reports.network.conversion_report import report_conversion

    source = find_model(target, output)
    rtl = None if verilog is None else RtlOptions(**verilog)
    chosen = ConversionOptions(**options, rtl=rtl)
    chosen.check()
    with exclusive_folder(source.folder):
        import_keras_quietly()
        return report_conversion(convert(source, chosen, _step), [command_line()]), source.folder


def command_line() -> str:
    """What was typed: the installed command, or the script of a checkout, and its words."""
    name = Path(sys.argv[0]).name
    called = name if name == INSTALLED else "python convert.py"
    return f"{called} {shlex.join(sys.argv[1:])}"


@contextmanager
def _step(description: str) -> Iterator[None]:
    """Says what is being done, and how long it took."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, highlight=False)
    started = time.monotonic()
    text = TextColumn("{task.description}", markup=False)
    columns = SpinnerColumn(), text, TimeElapsedColumn()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        progress.add_task(description, total=None)
        yield
    console.print(f"{description}: {time.monotonic() - started:.1f} s", markup=False)


if __name__ == "__main__":
    main()
