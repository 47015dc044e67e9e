"""What people read: encodings, sizes, tables, plots and the report of a network.

Names are imported when they are first used, so importing this package costs nothing.
"""

from qkeras_models.lazy_names import lazy_names

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
__getattr__, __dir__ = lazy_names(__name__, _HOMES)
