"""python -m tests.hls_projects.proof.stream.changes: modules that move pixels, changed at random.

What is still proved is simulated, with and without gaps between pixels, and must be right.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path

import click
import numpy as np

from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import prove_stream
from hls_projects.rtl import RtlSimulation, write_rtl
from hls_projects.rtl.design import RtlDesign
from hls_projects.tools.yosys import YosysError
from tests.hls_projects.networks import image_network
from tests.hls_projects.proof.broken import written

# Around the image on one side, on both, on none; and a stride.
NETWORKS = {
    "before": image_network(
        (6, 6, 1), [(3, (2, 2), (1, 1), "same"), (4, (2, 2), (2, 2), "valid")]),
    "both": image_network((4, 5, 2), [(3, (3, 3), (1, 1), "same")]),
}
MODULE = re.compile(r"^module (?:window_\d+|collect)\(.*?^endmodule", re.DOTALL | re.MULTILINE)
# Numbers in a base, other numbers, and operators.
TOKEN = re.compile(r"(?<='h)[0-9a-f]+|(?<=1'b)[01]|(?<![\w'])\d+|==|!=|[&|+-](?=[ (])|<=(?= \{)")
OTHER = {"==": "!=", "!=": "==", "&": "|", "|": "&", "+": "-", "-": "+", "<=": "<= ~"}


def changed(text: str, rng: np.random.Generator) -> str:
    """The Verilog with one number or operator of one such module changed."""
    modules = list(MODULE.finditer(text))
    module = modules[rng.integers(len(modules))]
    body = module[0].index(");")
    tokens = list(TOKEN.finditer(text, module.start() + body, module.end()))
    token = tokens[rng.integers(len(tokens))]
    new = OTHER.get(token[0]) or _number(token[0], text[token.start() - 1] == "h", rng)
    return text[: token.start()] + new + text[token.end() :]


def _number(old: str, hexadecimal: bool, rng: np.random.Generator) -> str:
    if hexadecimal:
        return f"{int(old, 16) ^ 1 << int(rng.integers(4 * len(old))):x}"
    return str(max(int(old) + int(rng.choice([-1, 1])), 0))


def verdict(design: RtlDesign, network: IntegerNetwork, text: str, folder: Path) -> str:
    """What is found of changed Verilog: wrong, proved, proved and wrong, not read, or undecided."""
    path = written(folder, text)
    try:
        proof = prove_stream(path, network)
    except YosysError:
        return "not read"
    if proof.misplaced:
        return "wrong"
    if not proof.complete or proof.simulated:
        return "undecided"
    simulation = RtlSimulation(type(design)(**{**vars(design), "verilog": path}))
    rng = np.random.default_rng(0)
    x = rng.integers(0, 1 << network.input.bits, (40, *network.input.shape), np.int32)
    expected = network.predict_integers(x)
    gaps = ((True,), *(rng.random(41) < share for share in (0.2, 0.5, 0.8)))
    right = all(np.array_equal(simulation.predict(x, gap), expected) for gap in gaps)
    return "proved" if right else "proved and wrong"


@click.command()
@click.option("--count", default=20, show_default=True, help="Changes of each network.")
@click.option("--seed", default=0, show_default=True)
def main(count: int, seed: int) -> None:
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for name, network in NETWORKS.items():
            design = write_rtl(network, Path(folder, name))
            rng = np.random.default_rng(seed)
            for _ in range(count):
                text = changed(design.verilog.read_text(), rng)
                found[verdict(design, network, text, Path(folder))] += 1
            click.echo(f"{name}: {dict(found)}")
    if found["proved and wrong"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
