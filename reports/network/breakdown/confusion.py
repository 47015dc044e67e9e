"""Which classes a network takes for which: a count for each pair of true and predicted class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from reports.pages.table import Column, Table
from reports.records.record import Source, number_text
from training.data.targets.task import Task

if TYPE_CHECKING:
    from hls_projects.conversion.compared_samples import TestData

# More columns than that cannot be read; report.json has them all.
MOST_SHOWN = 20


def confusion(outputs: np.ndarray, data: TestData) -> dict[str, Any] | None:
    """The confusion matrix of integer outputs, for report.json.

    Args:
        outputs: of the integer network on `data.x`, (samples, outputs).  The largest is the
            predicted class, the first of equal ones; a single one says the second of two classes
            where it is > 0.
        data: with y.

    Returns:
        ``classes``, what each is called by the data; ``counts[true][predicted]``, whose sum is the
        number of samples; ``source``.  None where y are no classes: numbers, or several questions.
    """
    targets = data.targets
    if data.y is None or targets is None or targets.labels is None:
        return None
    if targets.task is Task.CLASSES:
        predicted = outputs.argmax(axis=-1)
    else:
        predicted = (outputs[:, 0] > 0).astype(np.int64)
    true = data.y.reshape(-1).astype(np.int64)
    counts = np.zeros((len(targets.labels),) * 2, np.int64)
    np.add.at(counts, (true, predicted), 1)
    names = targets.labels if targets.renamed else data.class_names or targets.labels
    return {
        "classes": list(map(str, names)),
        "counts": counts.tolist(),
        "source": Source.MEASURED.value,
    }


def confusion_table(found: Mapping[str, Any], samples: str) -> Table:
    """True classes as rows, predicted ones as columns, and what share of each row is right.

    Args:
        found: of `confusion`.
        samples: what was counted, for the footnote.
    """
    names, counts = found["classes"], found["counts"]
    columns = (
        Column("true", "True class", left=True),
        *(Column(f"predicted_{place}", name, number_text) for place, name in enumerate(names)),
        Column("right", "Right", "{:.2%}".format),
    )
    rows = tuple(
        (name, *row, row[place] / sum(row) if sum(row) else None)
        for place, (name, row) in enumerate(zip(names, counts, strict=True))
    )
    return Table("Confusion matrix", columns, rows, (
        f"Source of all figures: {found['source']}, {samples}. A row is a true class, a column "
        "the class that the integer network predicts; right is the share of the row on the "
        "diagonal.",
    ))
