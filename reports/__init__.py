"""What people read: encodings, sizes, tables, plots and the report of a network.

Names are imported when they are first used, so importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Accuracy": "reports.report",
    "Column": "reports.table",
    "Figure": "reports.record",
    "LayerSize": "reports.sizes",
    "NetworkSize": "reports.sizes",
    "Source": "reports.record",
    "Table": "reports.table",
    "network_size": "reports.sizes",
    "print_report": "reports.report",
    "training_plot": "reports.training_plots",
    "write_report": "reports.report",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'reports' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
