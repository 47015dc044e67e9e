"""What people read: encodings, sizes, tables, plots and the report of a network.

Names are imported when they are first used, so importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Accuracy": "reports.network.report",
    "Column": "reports.pages.table",
    "Figure": "reports.records.record",
    "LayerSize": "reports.network.sizes",
    "NetworkSize": "reports.network.sizes",
    "Source": "reports.records.record",
    "Table": "reports.pages.table",
    "network_size": "reports.network.sizes",
    "print_report": "reports.network.report",
    "training_plot": "reports.plots.training_plots",
    "write_report": "reports.network.report",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'reports' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
