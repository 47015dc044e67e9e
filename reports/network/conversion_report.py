"""The report of a conversion, from what its driver found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from qkeras_models.files.run_folder import RunFolder
from reports.network.breakdown.confusion import confusion
from reports.network.breakdown.layer_luts import layer_luts
from reports.network.breakdown.trade_off import trade_off_records
from reports.network.estimate import estimated_resources
from reports.network.network_score import accuracy, output_meanings, raw_score_note
from reports.network.report import write_report
from reports.network.rtl_figures import rtl_modules, rtl_resources
from reports.network.vendor_resources import vendor_resources

if TYPE_CHECKING:
    from hls_projects.conversion.driver import Conversion


def report_conversion(found: Conversion, commands: Sequence[str]) -> dict[str, Any]:
    """Writes report/ into the folder of a conversion.

    Args:
        found: what the conversion found.
        commands: the command lines that the report names.

    Returns:
        The report's document.
    """
    model, network, data, options = found.model, found.network, found.data, found.options
    multiplexed = options.rtl is not None and options.rtl.time_multiplex
    # Estimates are of layers that are not time-multiplexed.
    resources = {} if multiplexed else dict(estimated_resources(network))
    if found.vendor is not None:
        resources |= vendor_resources(options.backend, found.vendor)
    designs = found.verilog.designs
    outputs = None if data.y is None else network.predict(data.x)
    score = accuracy(network, model, data, outputs)
    notes = found.exactness["note"], raw_score_note(score, model, data)
    return write_report(
        found.source.folder,
        network,
        model_name=found.source.name,
        accuracy=score,
        outputs=output_meanings(network, model, data, outputs),
        exactness={**found.exactness, "note": "; ".join(filter(None, notes))},
        resources=resources | rtl_resources(designs),
        modules=rtl_modules(designs),
        provenance=_provenance(found),
        failures=found.verilog.failures,
        commands=commands,
        history=found.source.history,
        confusion=None if score is None else confusion(outputs, data),
        layer_luts=layer_luts(network, designs, estimated=not multiplexed),
        trade_offs=trade_off_records(found.verilog.trade_offs),
    )


def _provenance(found: Conversion) -> dict[str, Any]:
    """Versions that made the hardware, the seed of the training where it is known, and the date."""
    from qkeras_models.files.config_file import read_config

    packages = {"sparse-ternary": "sparse-ternary", "hls4ml": "hls4ml"}
    packages |= {"Yosys": "pyosys"} if found.verilog.designs else {}
    record = found.source.record
    config = None if record is None else RunFolder(record).config
    known = read_config(config) if config is not None and config.is_file() else {}
    seed = {"seed": known["seed"]} if "seed" in known else {}
    made = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return {name: version(package) for name, package in packages.items()} | seed | {"made": made}
