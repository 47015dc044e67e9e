"""python train.py: trains a network into runs/NAME."""

from __future__ import annotations

import shlex
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qkeras_models.files.run_folder import RunFolder
from qkeras_models.interruptible_command import InterruptibleCommand
from qkeras_models.networks.presets import PRESETS
from training.data.sets.known_sets import SETS
from training.data.targets.target_search import LOSSES
from training.data.targets.task import score_text
from training.methods import METHODS

if TYPE_CHECKING:
    from training.run import TrainingResult

RUNS = Path("runs")
# Options that may name a run's folder.
NAMING = {"model", "data"}


@click.command(cls=InterruptibleCommand, going_on=lambda **given: _continuation(_folder(**given)),
               context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("preset", required=False, type=click.Choice(list(PRESETS)))
@click.option("--name", callback=lambda _, __, name: _inside(name),
              help="Name of the run; its folder is runs/NAME.  [default: the preset's]")
@click.option("--runs", type=click.Path(path_type=Path), default=RUNS, show_default=True,
              help="Folder that holds the runs.")
@click.option("--config", "config_file", type=click.Path(path_type=Path),
              help="YAML file of values; see docs/training.md for all of them.")
@click.option("--set", "assignments", multiple=True, metavar="VALUE=...",
              help="Any value of the configuration, as in --set l2=2e-5; may be repeated.")
@click.option("--data", help=f"{', '.join(SETS)}, or a .npz file with x_train, y_train, x_test, y_test.")
@click.option("--loss", type=click.Choice(LOSSES),
              help="classes, binary (one logit, or independent ones) or regression.  "
                   "[default: auto, from y_train]")
@click.option("--data-folder", help="Folder with the files of MNIST, CIFAR-10 or jets.")
@click.option("--method", help=f"{', '.join(METHODS)}; see docs/baselines.md.  [default: sparse]")
@click.option("--model", help="Your own trained .keras file, made sparse ternary, instead of --hidden.")
@click.option("--teach", is_flag=True, help="The network of --model teaches the sparse one too.")
@click.option("--hidden", help="Hidden layers: widths as in 256,64; 16c3 is a convolution of "
                                "16 filters of 3x3, p2 a max pool of 2x2.")
@click.option("--width", type=int, help="Factor of every hidden layer's filters or neurons.")
@click.option("--input-bits", type=int, help="Bits of an input, 1 to 16.")
@click.option("--thermometer", type=int,
              help="Thresholds of each feature, of which inputs are comparisons; 0: none.  "
                   "[default: by a short trial]")
@click.option("--activation-bits", type=int, help="Bits of an activation, 1 to 4.")
@click.option("--sparsity", type=float, help="Wanted share of zero weights, in [0, 1).")
@click.option("--strength", type=float, help="Strength λ of the threshold regularizer instead.")
@click.option("--cost", type=click.Choice(["memory", "macs", "luts", "positions"]),
              help="Hardware cost that decides which layers become sparser.")
@click.option("--survivors", type=click.Choice(["ternary", "binary"]),
              help="What weights may be in stage 3.")
@click.option("--stage1-epochs", type=int, help="Epochs of stage 1.")
@click.option("--stage3-epochs", type=int, help="Epochs of stage 3.")
@click.option("--l2", type=float, help="L2 of stage 1, a loss per squared weight.")
@click.option("--batch-size", type=int, help="Samples in a batch.")
@click.option("--learning-rate", type=float, help="Adam's, at the start of stage 1.")
@click.option("--retrain-learning-rate", type=float,
              help="That of stage 3, as a factor of --learning-rate.")
@click.option("--precision", type=click.Choice(["float32", "mixed_bfloat16"]),
              help="Of training alone; mixed_bfloat16 is faster for convolutions.")
@click.option("--seed", type=int, help="Of weights, batches and augmentation.")
@click.option("--resume", is_flag=True, help="Continue the run from its last checkpoint.")
@click.option("--quiet", is_flag=True, help="No line an epoch.")
def main(
    preset: str | None,
    name: str | None,
    runs: Path,
    config_file: Path | None,
    assignments: tuple[str, ...],
    resume: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Trains a sparse ternary network in three stages.

    PRESET is a network and a recipe for MNIST; every value of it can be changed.  Without one,
    give --data and --hidden.  Then: python convert.py runs/NAME

    \b
    Examples:
      python train.py mnist-small
      python train.py --data digits --hidden 64,32 --name digits
      python train.py --data my.npz --hidden 128,64 --sparsity 0.97 --name mine
      python train.py --data my.npz --model my.keras --sparsity 0.98
    """
    folder = _folder(preset, name, runs, **options)
    told: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.showwarning = partial(_warning_line, told)
            result = _run(preset, folder, config_file, assignments, resume, quiet, options)
    except (ValueError, OSError, RuntimeError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    click.echo(
        f"{folder}: {_scores(result)}, {result.sparsity:.2%} sparse "
        f"({result.nonzeros:,} of {result.weights:,} weights), {result.seconds:.0f} s"
    )
    if told and not quiet:
        click.echo(f"warned above: {told[-1]}", err=True)
    click.echo(f"next: {_command('convert')} {shlex.quote(str(folder))}")


def _inside(name: str | None) -> str | None:
    """The name, if its folder lies in that of the runs."""
    path = Path(name or "")
    if name is not None and (not path.parts or path.is_absolute() or ".." in path.parts):
        raise click.BadParameter(
            f"must be a folder's name inside that of the runs, which `--runs` is. Received: {name!r}"
        )
    return name


def _folder(
    preset: str | None, name: str | None, runs: Path, model: str | None, data: str | None, **_: Any
) -> Path:
    """The run's."""
    return runs / (name or preset or Path(model or data or "run").stem)


def _command(verb: str) -> str:
    """train or convert, as this command was called: as a script, or installed."""
    script = Path(sys.argv[0]).suffix == ".py"
    return f"python {verb}.py" if script else f"sparse-ternary-{verb}"


def _scores(result: TrainingResult) -> str:
    """The scores of test and validation data, and by what metric."""
    metric, score = result.metric, result.test_accuracy
    tested = "untested" if score is None else score_text(metric, score, result.test_rmse)
    validated = score_text(metric, result.validation_accuracy)
    return f"test {metric} {tested}, validation {validated}"


def _run(
    preset: str | None,
    folder: Path,
    config_file: Path | None,
    assignments: tuple[str, ...],
    resume: bool,
    quiet: bool,
    options: dict[str, Any],
) -> TrainingResult:
    from qkeras_models.files.config_file import read_config
    from qkeras_models.quiet import import_keras_quietly
    from training.config import build_config

    given = {key: value for key, value in options.items() if value is not None}
    if resume:
        _refuse_beside_resume(given, config_file, assignments)
        import_keras_quietly()
        from training import run

        return run.resume(folder, not quiet)
    if preset:
        given["preset"] = preset
    if "hidden" in given:
        given["hidden"] = _layers(given["hidden"])
    given |= _own_model(given)
    from_file = read_config(config_file) if config_file else {}
    config = build_config(from_file, dict(map(_assignment, assignments)), given)
    import_keras_quietly()
    from training import run
    from training.input_choice import with_chosen_inputs

    return run.train(with_chosen_inputs(config), folder, not quiet)


def _refuse_beside_resume(
    given: dict[str, Any], config_file: Path | None, assignments: tuple[str, ...]
) -> None:
    """Raises ValueError for options that a run's own config.yaml has; some may name the run."""
    found = ["config"] * (config_file is not None) + ["set"] * bool(assignments)
    found += [name for name, value in given.items() if name not in NAMING and value is not False]
    if found:
        asked = ", ".join(f"--{name.replace('_', '-')}" for name in found)
        raise ValueError(
            "`--resume` goes on as the run's config.yaml says: leave out everything but its name. "
            f"Received: {asked}"
        )


def _own_model(given: dict[str, Any]) -> dict[str, Any]:
    """The configuration's values of --model and --teach, whose names `given` loses."""
    model, teach = given.pop("model", None), given.pop("teach")
    if model is None:
        if teach:
            raise ValueError("`--teach` needs a `--model`, which is the teacher")
        return {}
    if "hidden" in given:
        raise ValueError("one of `--model` and `--hidden` must be given. Received: both")
    path = str(Path(model).resolve())
    return {"model": path, **({"teacher": {"model": path}} if teach else {})}


def _warning_line(told: list[str], message: Warning | str, *_: Any) -> None:
    told.append(str(message))
    click.echo(f"warning: {message}", err=True)


def _continuation(folder: Path) -> str:
    """How to go on after an interruption."""
    if not RunFolder(folder).config.is_file():
        return "nothing was trained yet: the same command starts again"
    runs = "" if folder.parent == RUNS else f" --runs {shlex.quote(str(folder.parent))}"
    return f"continue with: {_command('train')} --resume --name {shlex.quote(folder.name)}{runs}"


def _layers(text: str) -> list[int | str]:
    entries = (entry.strip() for entry in text.split(",") if entry.strip())
    return [int(entry) if entry.isdecimal() else entry for entry in entries]


def _assignment(text: str) -> tuple[str, Any]:
    import yaml

    name, separator, value = text.partition("=")
    if not separator:
        raise ValueError(f"`--set` must be VALUE=..., as in l2=2e-5. Received: {text!r}")
    try:
        return name.strip().replace("-", "_"), yaml.safe_load(value)
    except yaml.YAMLError:
        raise ValueError(f"`--set {name}` must be a YAML value. Received: {value!r}") from None


if __name__ == "__main__":
    main()
