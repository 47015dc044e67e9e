"""The networks of a results file, with what is kept beside their network files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qkeras_models.files.atomic_write import write_atomically
from qkeras_models.files.run_folder import RunFolder
from reports.comparison.compared_network import ComparedNetwork, resources_of_record
from reports.network.sizes import network_size
from reports.plots.shadow_weight_plot import read_stages
from reports.records.results_file import NetworkRecord, load_records

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork



def networks_of_results(path: Path) -> tuple[ComparedNetwork, ...]:
    """Every network of a results file such as reports/results/mnist.json.

    A network file, such as networks/a.npz, gives the layers' sizes; history.csv and
    shadow_weights.json in networks/a/, if they were kept, give the plots of its training.

    Raises:
        ValueError: if there is no such file, it is damaged or a network file is missing.
    """
    if not path.is_file():
        raise ValueError(f"there is no results file at {path}")
    return tuple(_compared(record, path.parent) for record in load_records(path))


def _compared(record: NetworkRecord, folder: Path) -> ComparedNetwork:
    resources = resources_of_record(record)
    if record.network_file is None:
        return ComparedNetwork(record, resources=resources)
    file = folder / record.network_file
    size = network_size(read_network(file))
    return ComparedNetwork(record, "", resources, size, **training_details(file.with_suffix("")))


def keep_training(run: Path, network_file: Path) -> None:
    """Copies what a run recorded of its training beside the copy of its network.

    Args:
        run: folder with history.csv and shadow_weights.json; either may be missing.
        network_file: such as networks/a.npz; the copies go to networks/a/.
    """
    target = network_file.with_suffix("")
    for file in (RunFolder(run).history, RunFolder(run).shadow_weights):
        if file.is_file():
            target.mkdir(parents=True, exist_ok=True)
            write_atomically(target / file.name, file.read_bytes())


def read_network(file: Path) -> IntegerNetwork:
    """An integer network's file.

    Raises:
        ValueError: naming the file, if it is missing or damaged.
    """
    from hls_projects.network.integer_network import IntegerNetwork

    try:
        return IntegerNetwork.load(file)
    except FileNotFoundError:
        raise ValueError(f"there is no network file at {file}") from None


def training_details(folder: Path) -> dict[str, Any]:
    """History and stage ends that a folder holds, as arguments of ComparedNetwork."""
    history, stages = RunFolder(folder).history, RunFolder(folder).shadow_weights
    return {
        "history": history if history.is_file() else None,
        "stages": read_stages(stages) if stages.is_file() else (),
    }
