"""Verilog of one network that HGQ2 trained, by da4ml.  Runs in HGQ2's own environment, on JAX.

Integer bits of activations are set to what training and validation images need, as HGQ2 demands
before an export.  Accuracy, EBOPs and the comparison of every test logit follow from that network.
"""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

from benchmarks.hgq2.networks import open_data

MODULE = "network"
# Every adder takes a unit of delay; a stage of the pipeline holds so many that there are as many
# stages as layers.
HARDWARE = (1, -1, -1)
SOLVER = {"hard_dc": 2}
# It reads a file, and no network uses it.
UNUSED = "lookup_table.v"


def calibrated(path, images):
    """The network, its activations wide enough for the images, and its EBOPs."""
    from hgq.utils import trace_minmax

    model = keras.models.load_model(path, compile=False)
    for layer in kernels(model):
        # A bias has the fraction bits that its integer bits leave, and would be rounded anew.
        layer.bq.trainable = False
    return model, int(trace_minmax(model, images, batch_size=1000))


def accuracy(logits, labels):
    return float((logits.argmax(axis=1) == labels).mean())


def write_verilog(graph, folder, stages):
    """One file with the network and the modules it stands on; the number of stages that it has.

    da4ml registers inputs and outputs too.
    """
    from da4ml.codegen import VerilogModel
    from da4ml.trace.pipeline import to_pipeline

    pipeline = to_pipeline(graph, max(1, -(-int(max(graph.latency)) // stages)), verbose=False)
    VerilogModel(pipeline, MODULE, folder, print_latency=False).write()
    sources = [path for path in sorted((folder / "src").glob("*.v")) if "wrapper" not in path.name]
    sources += [p for p in sorted((folder / "src/static").glob("*.v")) if p.name != UNUSED]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    (folder / f"{MODULE}.v").write_text(text, encoding="utf-8")
    return len(pipeline.solutions)


def bits_of(intervals):
    """[signed, integer bits, fraction bits] of each value."""
    from da4ml.types import minimal_kif

    return [[int(part) for part in minimal_kif(interval)] for interval in intervals]


def export(checkpoint, folder, data):
    """Writes folder/da4ml/, logits.npy and export.json."""
    from da4ml.converter import trace_model
    from da4ml.trace import HWConfig, comb_trace

    model, ebops = calibrated(checkpoint, data.calibration())
    graph = comb_trace(
        *trace_model(model, HWConfig(*HARDWARE), SOLVER, inputs_kif=data.input_format)
    )
    validation, validation_labels = data.samples("validation")
    test, labels = data.samples("test")
    logits = model.predict(test, batch_size=1000, verbose=0)
    emulated = graph.predict(test.reshape(len(test), -1)).reshape(logits.shape)
    stages = write_verilog(graph, folder / "da4ml", len(kernels(model)))
    np.save(folder / "logits.npy", logits)
    found = {
        "test_accuracy": accuracy(logits, labels),
        "validation_accuracy": accuracy(
            model.predict(validation, batch_size=1000, verbose=0), validation_labels
        ),
        "logits": int(logits.size),
        "logits_that_differ": int((emulated != logits).sum()),
        "nonzeros": int(sum(np.count_nonzero(layer.qkernel) for layer in kernels(model))),
        "ebops": ebops,
        "stages": stages,
        "adder_depth": int(max(graph.latency)),
        "da4ml_cost": float(graph.cost),
        "inputs": bits_of(graph.inp_qint),
        "outputs": bits_of(graph.out_qint),
        "versions": {name: version(name) for name in ("hgq2", "da4ml", "keras", "jax")},
    }
    (folder / "export.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def kernels(model):
    return [layer for layer in model.layers if hasattr(layer, "qkernel")]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--network", required=True)
    parser.add_argument("--jets", type=Path, help="jets.npz, for the network jets")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    data = open_data(options.network, options.jets)
    export(options.checkpoint, options.folder, data)


if __name__ == "__main__":
    main()
