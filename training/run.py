"""One training run, in one folder, from configuration to model.keras."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.config_file import read_config
from qkeras_models.files.folder_lock import exclusive_folder
from qkeras_models.files.run_folder import RunFolder
from qkeras_models.files.saved_model import float32_copy, load_model, save_model
from qkeras_models.networks.kernels import kernels, zero_share
from training.baselines.dense_training import DenseTraining
from training.config import TrainingConfig, build_config
from training.data import Dataset, load
from training.data.targets.targets import Targets
from training.data.targets.task import Task, score_text
from training.epoch_batches import epoch_batches, labelled_batches
from training.methods import METHODS, trained_model
from training.pruning.staged_training import StagedTraining
from training.recording.progress_lines import ProgressLines
from training.recording.run_recorder import RunRecorder, find_checkpoint
from training.recording.run_result import TrainingResult, read_json, read_result
from training.steps.batch_statistics import recalibrate
from training.steps.interruption import interrupted_between_steps
from training.steps.normalization_fit import normalizations_alone
from training.steps.precision import precision

# What a checkpoint's state.json holds.
RESUMED = {"epoch", "pruning", "history"}
FROM_START = {"epoch": 0, "seconds": 0.0}
STEPS_AT_ONCE = 16


def train(
    config: TrainingConfig,
    folder: Path,
    verbose: bool = True,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    test: bool = True,
) -> TrainingResult:
    """Trains a new network into `folder`, which must not exist yet.

    Args:
        config: every value of the training.
        folder: what the run produces goes there.
        verbose: whether a line an epoch is printed.
        callbacks: further ones, which see the logs of each epoch after it was recorded.
        test: whether test data are looked at, at the end; if not, `test_accuracy` is None.

    Raises:
        FileExistsError: if the folder holds a run; earlier work is never overwritten.
        FolderInUse: if another process works in it.
        TrainingDiverged: if the loss becomes NaN; the last checkpoint stays.
    """
    refuse_existing(folder)
    data = load_data(config)
    keras.utils.set_random_seed(config.seed)
    model = build_model(config, data)
    epoch_batches(config, data, 0, verbose)  # a teacher that does not fit leaves no folder
    with exclusive_folder(folder):
        refuse_existing(folder)
        config.save(RunFolder(folder).config)
        return _fit(model, config, data, folder, verbose, FROM_START, callbacks, test)


def refuse_existing(folder: Path) -> None:
    """Raises FileExistsError if the folder holds anything but hidden files."""
    if folder.exists() and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise FileExistsError(
            f"the run folder {folder} exists already: choose another --name, or --resume it"
        )


def resume(
    folder: Path,
    verbose: bool = True,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    test: bool = True,
) -> TrainingResult:
    """Continues a run from its newest checkpoint; the result is the uninterrupted run's.

    Args: see train.

    Raises:
        FileNotFoundError: if the folder holds no run.
        FolderInUse: if another process works in it.
    """
    if not RunFolder(folder).config.is_file():
        raise FileNotFoundError(
            f"{folder} is no run folder: it holds no {RunFolder(folder).config.name}"
        )
    with exclusive_folder(folder):
        return _resume(folder, verbose, callbacks, test)


def _resume(
    folder: Path,
    verbose: bool,
    callbacks: Sequence[keras.callbacks.Callback],
    test: bool,
) -> TrainingResult:
    if RunFolder(folder).result.is_file():
        return read_result(folder)
    config = build_config(read_config(RunFolder(folder).config))
    data = load_data(config)
    keras.utils.set_random_seed(config.seed)
    checkpoint = find_checkpoint(folder)
    if checkpoint is None:
        model, state = build_model(config, data), FROM_START
        return _fit(model, config, data, folder, verbose, state, callbacks, test)
    # Checkpoints once had no seconds.
    state = {"seconds": 0.0} | read_json(checkpoint / "state.json", RESUMED, {"seconds"})
    model = load_model(RunFolder(checkpoint).model, compile=True)
    return _fit(model, config, data, folder, verbose, state, callbacks, test)


def load_data(config: TrainingConfig, targets: Targets | None = None) -> Dataset:
    """The data set that a configuration names, with its input format.

    Args:
        config: whose data.
        targets: of the network that was trained on them before.
    """
    scale = config.input_scale
    return load(
        config.data,
        folder=config.data_folder,
        validation=config.validation,
        bits=config.input_bits,
        signed=config.input_signed,
        scale=tuple(scale) if isinstance(scale, list) else scale,
        thermometer=config.thermometer,
        thermometer_budget=config.thermometer_budget,
        loss=config.loss,
        targets=targets,
    )


def build_model(config: TrainingConfig, data: Dataset) -> keras.Model:
    """The compiled network that a configuration describes, ready for stage 1."""
    with precision(config.precision):
        make = METHODS[config.method].model if config.epochs else trained_model
        model = make(config, data)
    averaged = {"use_ema": True, "ema_momentum": config.average} if config.average else {}
    optimizer = keras.optimizers.Adam(config.learning_rate, **averaged)
    _compile(model, optimizer, config, data.targets.task)
    return model


def _compile(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, config: TrainingConfig, task: Task
) -> None:
    model.compile(
        optimizer=optimizer,
        **_judged(config, task),
        # On TensorFlow the callback compiles long trainings; JAX would run step by step without.
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
        # Python between steps takes as long as a small network's step.
        steps_per_execution=STEPS_AT_ONCE if keras.backend.backend() == "tensorflow" else 1,
    )


def _judged(config: TrainingConfig, task: Task) -> dict[str, Any]:
    """Loss and metrics, as compile takes them."""
    if not config.distilled:
        return {"loss": task.keras_loss(), "metrics": [task.keras_metric()]}
    if task is not Task.CLASSES:
        raise ValueError(f"`teacher` needs data of classes. Received: {task.value}")
    from qkeras_models.distillation import DistillationLoss, LabelAccuracy

    loss = DistillationLoss(config.teacher.weight, config.teacher.temperature)
    return {"loss": loss, "metrics": [LabelAccuracy(name="accuracy")]}


def _fit(
    model: keras.Model,
    config: TrainingConfig,
    data: Dataset,
    folder: Path,
    verbose: bool,
    state: dict[str, Any],
    callbacks: Sequence[keras.callbacks.Callback],
    test: bool,
) -> TrainingResult:
    started = time.monotonic() - state["seconds"]
    pruning = METHODS[config.method].callback(config)
    if "pruning" in state:
        pruning.restore(state["pruning"])
    recorder = RunRecorder(
        folder, pruning, config.checkpoint_seconds, state.get("history"), started
    )
    with interrupted_between_steps() as interruption:
        if config.epochs:
            first, own = state["epoch"], [recorder, *callbacks, interruption]
            _fit_epochs(model, config, data, (first, config.epochs), pruning, own, verbose)
        if config.normalization_epochs:
            _fit_normalizations(model, config, data, interruption, verbose)
    result = _finish(model, config, data, folder, started, test)
    if verbose:
        print(
            f"batch statistics are renewed for the final weights: validation {result.metric} "
            f"{score_text(result.metric, result.validation_accuracy)}", flush=True
        )
    return result


def _fit_epochs(
    model: keras.Model,
    config: TrainingConfig,
    data: Dataset,
    epochs: tuple[int, int],
    driver: StagedTraining | DenseTraining,
    callbacks: Sequence[keras.callbacks.Callback],
    verbose: bool,
) -> None:
    """Fits the compiled model from the first of the epochs to before the last."""
    batches = epoch_batches(config, data, epochs[0], verbose)
    shown = [ProgressLines(driver)] if verbose else []
    try:
        model.fit(
            batches,
            epochs=epochs[1],
            initial_epoch=epochs[0],
            validation_data=(data.x_validation, data.targets.scaled(data.y_validation)),
            validation_batch_size=1000,
            callbacks=[driver, *shown, *callbacks],
            shuffle=False,
            verbose=0,
        )
    finally:
        batches.release()


def _fit_normalizations(
    model: keras.Model,
    config: TrainingConfig,
    data: Dataset,
    interruption: keras.callbacks.Callback,
    verbose: bool,
) -> None:
    if verbose:
        print("weights are fixed; batch normalization alone is trained", flush=True)
    epochs = (0, config.normalization_epochs)
    with normalizations_alone(model):
        optimizer = keras.optimizers.Adam(config.normalization_learning_rate)
        _compile(model, optimizer, config, data.targets.task)
        _fit_epochs(model, config, data, epochs, DenseTraining(), [interruption], verbose)


def _finish(
    model: keras.Model,
    config: TrainingConfig,
    data: Dataset,
    folder: Path,
    started: float,
    test: bool,
) -> TrainingResult:
    weights = kernels(model)
    model = float32_copy(model)
    recalibrate(model, labelled_batches(config, data, config.epochs))
    chosen_by = _outputs(model, data.x_validation)
    tested = _outputs(model, data.x_test) if test else None
    result = TrainingResult(
        data=data.name,
        validation_accuracy=data.targets.score(chosen_by, data.y_validation),
        test_accuracy=data.targets.score(tested, data.y_test) if test else None,
        sparsity=zero_share(weights),
        nonzeros=int(sum(np.count_nonzero(kernel) for kernel in weights.values())),
        weights=int(sum(kernel.size for kernel in weights.values())),
        epochs=config.epochs + config.normalization_epochs,
        seconds=round(time.monotonic() - started, 1),
        metric=data.targets.task.metric,
        test_rmse=data.targets.rmse(tested, data.y_test) if test else None,
        targets=data.targets.record(),
    )
    save_model(model, RunFolder(folder).model)
    write_atomically(RunFolder(folder).result, json.dumps(asdict(result), indent=2) + "\n")
    shutil.rmtree(RunFolder(folder).checkpoints, ignore_errors=True)
    return result


def _outputs(model: keras.Model, x: np.ndarray) -> np.ndarray:
    return model.predict(x, batch_size=1000, verbose=0)


def accuracy(model: keras.Model, x: np.ndarray, y: Sequence[int]) -> float:
    """Share of samples whose largest logit is the label's."""
    return float((_outputs(model, x).argmax(axis=-1) == np.asarray(y)).mean())
