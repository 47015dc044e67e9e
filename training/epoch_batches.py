"""What each epoch of a training sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.config import TrainingConfig
from training.data import Augmentation, Batches, Dataset


def epoch_batches(
    config: TrainingConfig, data: Dataset, epoch: int, verbose: bool = False
) -> Batches:
    """What an epoch trains on: labels, or a teacher's answers too."""
    if not config.distilled:
        return labelled_batches(config, data, epoch)
    from training.teaching.distilled_batches import DistilledBatches, load_teacher
    from training.teaching.teacher_pool import pooled_batches

    options = _batch_options(config, epoch)
    if pool := config.teacher.pool:
        return pooled_batches(Path(config.teacher.model), data, pool, options, verbose)
    teacher = load_teacher(config.teacher.model, data)
    return DistilledBatches(teacher, data.x_train, data.y_train, **options)


def labelled_batches(config: TrainingConfig, data: Dataset, epoch: int) -> Batches:
    """An epoch's training data, from 0, shuffled and augmented."""
    y = data.targets.scaled(data.y_train)
    return Batches(data.x_train, y, **_batch_options(config, epoch))


def _batch_options(config: TrainingConfig, epoch: int) -> dict[str, Any]:
    deformation = config.augmentation
    return {
        "batch_size": config.batch_size,
        "seed": config.seed,
        "augmentation": Augmentation(**deformation.model_dump()) if deformation else None,
        "epoch": epoch,
    }
