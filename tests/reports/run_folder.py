"""A run folder as training and conversion leave it."""

import json

import yaml

from reports.network.report import write_report
from reports.records.record import Figure, Source
from tests.reports.conftest import build_network

RESULT = {"data": "digits", "test_accuracy": 0.9, "validation_accuracy": 0.8, "sparsity": 0.95,
          "nonzeros": 48, "weights": 960, "epochs": 5, "seconds": 3.2}


def write_run(folder, converted=True, **result):
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(
        yaml.safe_dump({"hidden": [20], "sparsity": 0.95, "seed": 7, "learning_rate": 0.003})
    )
    (folder / "training.json").write_text(json.dumps(RESULT | result))
    (folder / "history.csv").write_text("epoch,accuracy\n1,0.5\n2,0.9\n")
    if converted:
        network = build_network()
        network.save(folder / "network.npz")
        luts = {"RTL, xilinx": {"luts": Figure(321, "LUT", Source.YOSYS)}}
        write_report(folder, network, model_name=folder.name, resources=luts)
    return folder
