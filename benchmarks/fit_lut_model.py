"""Fits the model of LUTs on synthesized networks, and judges it on others.

    PYTHONPATH=. python benchmarks/fit_lut_model.py

Makes 37 small networks, writes their Verilog, synthesizes it, and writes coefficients and errors
to qkeras_models/cost/lut_model.json and the table in docs/estimate.md.  What is in --folder
already is not made again, so an interrupted run goes on where it stopped.  Run
fit_position_model.py after it: the model of positions holds these LUTs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from lut_model_networks import CASES, make_network

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.rtl.estimate import estimate, layer_facts
from qkeras_models.cost.lut_model import FEATURES, FILE, LutModel, features
from qkeras_models.networks.pretrained import pretrained_folder

PAGE = Path(__file__).parents[1] / "docs" / "estimate.md"
MARK = "<!-- by benchmarks/fit_lut_model.py -->\n"
ANY_MARK = "<!-- by benchmarks/"


@dataclass(frozen=True)
class Measured:
    """A network as Yosys found it."""

    name: str
    held_out: bool
    network: IntegerNetwork
    luts: int
    ffs: int
    positions: int


def measure(name: str, held_out: bool, network: IntegerNetwork, folder: Path) -> Measured:
    """Cells of a network's Verilog, from folder/synthesized.json if they are there already."""
    from hls_projects.rtl import write_rtl
    from hls_projects.tools.synthesis import synthesize_verilog

    path = folder / "synthesized.json"
    if not path.is_file():
        design = write_rtl(network, folder / "rtl")
        cells = synthesize_verilog(design.verilog, "xilinx")
        path.write_text(json.dumps(asdict(cells)), encoding="utf-8")
    cells = json.loads(path.read_text(encoding="utf-8"))
    counts = (cells[kind] for kind in ("luts", "ffs", "positions"))
    return Measured(name, held_out, network, *counts)


def measure_all(folder: Path, data_folder: str | None) -> list[Measured]:
    found = []
    for case in CASES:
        network = make_network(case, folder / case.name, data_folder)
        found.append(measure(case.name, case.held_out, network, folder / case.name))
        last = found[-1]
        print(f"{last.name}: {network.nonzeros:,} nonzeros, {last.luts:,} LUTs", flush=True)
    name = "mnist-small"
    (folder / name).mkdir(parents=True, exist_ok=True)
    network = IntegerNetwork.load(pretrained_folder(name) / "network.npz")
    return [*found, measure(name, True, network, folder / name)]


def fit(networks: list[Measured]) -> LutModel:
    """Least squares of the relative error, without negative coefficients."""
    rows = [_network_features(m.network) / m.luts for m in networks]
    return LutModel(least_squares(FEATURES, np.array(rows), np.ones(len(rows))))


def least_squares(
    names: Sequence[str], rows: np.ndarray, wanted: np.ndarray
) -> dict[str, float]:
    """Coefficients of the least relative error, none negative.

    Args:
        names: of the features.
        rows: (networks, features), each network's divided by what was measured of it.
        wanted: (networks,), what they should give, divided likewise.
    """
    kept = list(range(len(names)))
    while True:
        found, *_ = np.linalg.lstsq(rows[:, kept], wanted, rcond=None)
        if found.min() >= 0:
            break
        del kept[int(found.argmin())]
    values = dict.fromkeys(names, 0.0)
    values.update({names[i]: round(float(v), 4) for i, v in zip(kept, found, strict=True)})
    return values


def _network_features(network: IntegerNetwork) -> np.ndarray:
    return sum(features(facts) for facts in layer_facts(network))


def judge(networks: list[Measured], model: LutModel) -> list[dict]:
    """Measured and estimated figures; errors are relative to the measured ones."""
    rows = []
    for m in networks:
        found = estimate(m.network, model)
        rows.append({
            "name": m.name,
            "nonzeros": m.network.nonzeros,
            "luts": m.luts,
            "estimated_luts": found.luts,
            "luts_error": round(found.luts / m.luts - 1, 4),
            "ffs": m.ffs,
            "estimated_ffs": found.ffs,
            "ffs_error": round(found.ffs / m.ffs - 1, 4),
        })
    return rows


def summary(rows: list[dict]) -> dict[str, float]:
    """Mean and worst absolute relative errors."""
    figures: dict[str, float] = {}
    for kind in ("luts", "ffs"):
        errors = [abs(row[f"{kind}_error"]) for row in rows]
        figures[f"{kind}_mean_error"] = round(float(np.mean(errors)), 4)
        figures[f"{kind}_worst_error"] = max(errors)
    return figures


def table(rows: list[dict]) -> str:
    lines = [
        "| network | nonzeros | LUT, Yosys | estimate | error | FF, Yosys | estimate | error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: row["nonzeros"]):
        lines.append(
            f"| {row['name']} | {row['nonzeros']:,} | {row['luts']:,} | {row['estimated_luts']:,} "
            f"| {row['luts_error']:+.1%} | {row['ffs']:,} | {row['estimated_ffs']:,} "
            f"| {row['ffs_error']:+.1%} |"
        )
    return "\n".join(lines)


def document(record: dict, fitted_rows: list[dict]) -> str:
    """The page's part that figures fill."""
    coefficients = "\n".join(f"| `{k}` | {v:.3f} |" for k, v in record["coefficients"].items())
    held, own = record["held_out"], summary(fitted_rows)
    return f"""\
## Coefficients

Yosys of {record["synthesizer"]}, target xilinx, fitted on {len(fitted_rows)} networks:

| feature | LUTs |
|---|---|
{coefficients}

## Error on the {len(held)} networks held out

LUT: {record["luts_mean_error"]:.1%} in the mean, {record["luts_worst_error"]:.1%} at worst. FF: \
{record["ffs_mean_error"]:.1%} and {record["ffs_worst_error"]:.1%}.

{table(held)}

## Error on the {len(fitted_rows)} networks of the fit

LUT: {own["luts_mean_error"]:.1%} in the mean, {own["luts_worst_error"]:.1%} at worst. FF: \
{own["ffs_mean_error"]:.1%} and {own["ffs_worst_error"]:.1%}.

{table(fitted_rows)}
"""


def write_part(mark: str, text: str) -> None:
    """Replaces a part of the page, from its mark to the next one."""
    before, _, after = PAGE.read_text(encoding="utf-8").partition(mark)
    others = after[after.find(ANY_MARK):] if ANY_MARK in after else ""
    PAGE.write_text(f"{before}{mark}\n{text}{others and chr(10) + others}", encoding="utf-8")


def write_fit(
    path: Path, coefficients: Mapping[str, float], fitted: int, figures: dict
) -> dict:
    """Writes a fitted model: coefficients, what they come from, figures of networks held out."""
    from hls_projects.tools.yosys import yosys_version

    record = {
        "coefficients": dict(coefficients),
        "synthesizer": f"pyosys {yosys_version()}",
        "fitted_on": fitted,
        **figures,
    }
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("runs/lut-model"))
    parser.add_argument("--data-folder", help="folder with the files of MNIST")
    options = parser.parse_args()
    networks = measure_all(options.folder, options.data_folder)
    model = fit([m for m in networks if not m.held_out])
    held_out = judge([m for m in networks if m.held_out], model)
    fitted = judge([m for m in networks if not m.held_out], model)
    figures = {**summary(held_out), "held_out": held_out}
    record = write_fit(FILE, model.coefficients, len(fitted), figures)
    write_part(MARK, document(record, fitted))
    print({key: value for key, value in record.items() if key != "held_out"})


if __name__ == "__main__":
    main()
