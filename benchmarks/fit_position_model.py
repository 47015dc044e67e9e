"""Fits the model of occupied LUT positions on synthesized networks, and judges it on others.

    PYTHONPATH=. python benchmarks/fit_position_model.py

Takes the networks of fit_lut_model.py from --folder, and makes those that are missing.  It also
judges the model on the dense networks of --records.  Coefficients and errors go to
qkeras_models/cost/position_model.json, tables to docs/estimate.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from fit_lut_model import least_squares, measure_all, write_fit, write_part

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.estimate import estimate, layer_facts
from hls_projects.rtl.stream.stream_plan import streams
from qkeras_models.cost.lut_model import fitted_model
from qkeras_models.cost.position_model import (
    FEATURES,
    FILE,
    PositionModel,
    features,
    luts_unshared,
)

MARK = "<!-- by benchmarks/fit_position_model.py -->\n"
RECORDS = Path(__file__).parents[1] / "reports" / "results" / "mnist.json"


def fit(networks: list[tuple[str, IntegerNetwork, int]]) -> PositionModel:
    """Least squares of the relative error, without negative coefficients; LUTs are as fitted."""
    luts, rows, rest = fitted_model(), [], []
    for _, network, positions in networks:
        facts = layer_facts(network)
        rows.append(sum(map(features, facts)) / positions)
        rest.append(1.0 - sum(luts_unshared(f, luts) for f in facts) / positions)
    return PositionModel(least_squares(FEATURES, np.array(rows), np.array(rest)), luts)


def judge(networks: list[tuple[str, IntegerNetwork, int]], model: PositionModel) -> list[dict]:
    """Measured and estimated positions; errors are relative to the measured ones."""
    rows = []
    for name, network, positions in networks:
        found = estimate(network, position_model=model).positions
        rows.append({
            "name": name, "nonzeros": network.nonzeros, "positions": positions,
            "estimated_positions": found, "positions_error": round(found / positions - 1, 4),
        })
    return rows


def recorded(file: Path) -> Iterator[tuple[str, IntegerNetwork, int]]:
    """Dense networks of a results file whose positions are known."""
    from reports.records.results_file import load_records

    for record in load_records(file):
        if record.positions is None or record.network_file is None:
            continue
        network = IntegerNetwork.load(file.parent / record.network_file)
        if not streams(network):
            yield Path(record.network_file).stem, network, record.positions


def summary(rows: list[dict]) -> dict[str, float]:
    """Mean and worst absolute relative errors."""
    errors = [abs(row["positions_error"]) for row in rows]
    return {
        "positions_mean_error": round(float(np.mean(errors)), 4),
        "positions_worst_error": max(errors),
    }


def in_words(rows: list[dict]) -> str:
    found = summary(rows)
    mean, worst = found["positions_mean_error"], found["positions_worst_error"]
    return f"{mean:.1%} in the mean, {worst:.1%} at worst"


def table(rows: list[dict]) -> str:
    lines = ["| network | nonzeros | positions | estimate | error |", "|---|---|---|---|---|"]
    for row in sorted(rows, key=lambda row: row["nonzeros"]):
        lines.append(
            f"| {row['name']} | {row['nonzeros']:,} | {row['positions']:,} "
            f"| {row['estimated_positions']:,} | {row['positions_error']:+.1%} |"
        )
    return "\n".join(lines)


def document(record: dict, fitted: list[dict], others: list[dict]) -> str:
    """The page's part that figures fill."""
    coefficients = "\n".join(f"| `{k}` | {v:.3f} |" for k, v in record["coefficients"].items())
    held = record["held_out"]
    largest = max(row["nonzeros"] for row in fitted)
    within = [row for row in others if row["nonzeros"] <= largest]
    beyond = [row for row in others if row["nonzeros"] > largest]
    return f"""\
## Coefficients of positions

Yosys of {record["synthesizer"]}, target xilinx, fitted on {len(fitted)} networks:

| feature | positions |
|---|---|
{coefficients}

## Error of positions

| networks | of them | error |
|---|---|---|
| held out | {len(held)} | {in_words(held)} |
| of the reproduction, at most {largest:,} nonzeros | {len(within)} | {in_words(within)} |
| of the reproduction, more | {len(beyond)} | {in_words(beyond)} |
| of the fit | {len(fitted)} | {in_words(fitted)} |

Held out:

{table(held)}

Of the reproduction, the ten that are estimated worst:

{table(sorted(others, key=lambda row: -abs(row["positions_error"]))[:10])}

Of the fit:

{table(fitted)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("runs/lut-model"))
    parser.add_argument("--data-folder", help="folder with the files of MNIST")
    parser.add_argument("--records", type=Path, default=RECORDS)
    options = parser.parse_args()
    found = measure_all(options.folder, options.data_folder)
    # A network whose outputs are constant takes no position, and says nothing.
    known = [(m.held_out, (m.name, m.network, m.positions)) for m in found if m.positions]
    model = fit([network for held_out, network in known if not held_out])
    held_out = judge([network for held_out, network in known if held_out], model)
    fitted = judge([network for held_out, network in known if not held_out], model)
    others = judge(list(recorded(options.records)), model)
    figures = {**summary(held_out), "held_out": held_out}
    record = write_fit(FILE, model.coefficients, len(fitted), figures)
    write_part(MARK, document(record, fitted, others))
    print({key: value for key, value in record.items() if key != "held_out"})


if __name__ == "__main__":
    main()
