"""Networks trained by `--cost luts` and `--cost positions`, and what they occupy.

PYTHONPATH=. python benchmarks/costs.py [--data digits|mnist] [--folder FOLDER]

Three seeds of each; test accuracy, nonzeros, LUT cells and occupied positions as synthesized for
UltraScale+.  Runs that are in the folder already are not trained again.
"""

import argparse
from pathlib import Path
from statistics import mean, stdev

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl import write_rtl
from hls_projects.tools.synthesis import synthesize_verilog
from qkeras_models.files.run_folder import RunFolder
from qkeras_models.files.saved_model import load_model
from qkeras_models.quiet import import_keras_quietly
from training.config import build_config
from training.data import cache_folder

COSTS = ("luts", "positions")
SEEDS = (0, 1, 2)
# 1-bit inputs of mnist-narrow, 4-bit ones of digits; fewer epochs than the preset's.
VALUES = {
    "mnist": {"preset": "mnist-narrow", "stage1_epochs": 8, "stage3_epochs": 4},
    "digits": {
        "data": "digits", "hidden": [64, 32], "sparsity": 0.9, "stage1_epochs": 60,
        "stage3_epochs": 30, "batch_size": 64, "l2": 1e-4,
    },
}


def figures(values: dict, folder: Path) -> dict[str, float]:
    """One network, trained and synthesized."""
    from training.run import resume, train

    result = (
        resume(folder, verbose=0)
        if RunFolder(folder).config.is_file()
        else train(build_config(values), folder, verbose=0)
    )
    network = IntegerNetwork.from_keras(load_model(RunFolder(folder).model))
    design = write_rtl(network, RunFolder(folder).rtl)
    cells = synthesize_verilog(design.verilog, cache=cache_folder() / "synthesis")
    return {
        "accuracy": 100 * result.test_accuracy, "nonzeros": network.nonzeros,
        "luts": cells.luts, "positions": cells.positions,
        "layers": [layer.nonzeros for layer in network.weight_layers],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=list(VALUES), default="digits")
    parser.add_argument("--folder", type=Path, default=Path("runs/costs"))
    options = parser.parse_args()
    import_keras_quietly()
    print("| cost | test accuracy | nonzeros | by layer, means | LUT | LUT positions |")
    print("|---|---|---|---|---|---|")
    for cost in COSTS:
        found = []
        for seed in SEEDS:
            values = {**VALUES[options.data], "cost": cost, "seed": seed}
            found.append(figures(values, options.folder / f"{options.data}-{cost}-{seed}"))
        layers = zip(*(f["layers"] for f in found), strict=True)
        by_layer = ", ".join(f"{mean(own):,.0f}" for own in layers)
        accuracy = spread([f["accuracy"] for f in found], ".2f", " %")
        nonzeros, luts, positions = (
            spread([f[name] for f in found], ",.0f") for name in ("nonzeros", "luts", "positions")
        )
        print(f"| `{cost}` | {accuracy} | {nonzeros} | {by_layer} | {luts} | {positions} |")


def spread(values: list[float], form: str, unit: str = "") -> str:
    return f"{mean(values):{form}} ± {stdev(values):{form}}{unit}"


if __name__ == "__main__":
    main()
