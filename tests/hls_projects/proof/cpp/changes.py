"""Random changes of a project's text: what is proved of them must be right in C-simulation.

`python -m tests.hls_projects.proof.cpp.changes --count 100` is the long run.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hls_projects.hls4ml_front_end.build import build_hls_model
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof.cpp import prove_cpp
from hls_projects.verification.csim import CompilerError, CSimulation
from tests.hls_projects.branches import branched
from tests.hls_projects.networks import image_network, network
from tests.hls_projects.small_integers import integer_images
from tests.hls_projects.zoo import positions_network, random_inputs, thermometer_network

NETWORKS: dict[str, Callable[[], IntegerNetwork]] = {
    "dense": lambda: network((12, 8, 6, 4), bits=2, seed=1),
    "positions": positions_network,
    "thermometer": lambda: thermometer_network(4, True, (3,)),
    "images": lambda: image_network(
        (6, 7, 2), [(4, (3, 3), (1, 1), "same"), (3, (2, 2), (2, 1))]),
    "integers": integer_images,
    "branches": branched,
}
OWN = ("*.cpp", "defines.h", "nnet_utils/*_[0-9]*.h", "nnet_utils/nnet_shifted.h",
       "nnet_utils/nnet_sparse_ternary.h")
TOKEN = re.compile(r"[A-Za-z_]\w*|\d+|<<|[<>]=?|&&|\|\||[-+*/%]")
SWAPPED = {"+": "-", "-": "+", "<<": ">>", "&&": "||", "||": "&&", "*": "/", "/": "%", "%": "*",
           "<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def try_changes(
    net: IntegerNetwork, folder: Path, count: int, seed: int, **options: str
) -> tuple[Counter[str], list[str]]:
    """Verdicts on so many changes, and those that were proved of another network."""
    model = build_hls_model(net, folder, project_name="net", **options)
    model.write()
    assert prove_cpp(folder, net, most_bits=0).complete
    rng, verdicts, wrong = random.Random(seed), Counter(), []
    files = [path for pattern in OWN for path in sorted((folder / "firmware").glob(pattern))]
    for _ in range(count):
        with _changed(rng.choice(files), rng) as said:
            proof = prove_cpp(folder, net, most_bits=0)
            verdict = "different" if proof.differences else "not read"
            if proof.complete:
                verdict = _simulated(lambda: CSimulation(model, write=False, threads=1), net)
            verdicts[verdict] += 1
            wrong += [said] if verdict == "proved and wrong" else []
    return verdicts, wrong


@contextmanager
def _changed(path: Path, rng: random.Random) -> Iterator[str]:
    """A file with one token changed: a number by 1, an operator, or a name."""
    text = path.read_text()
    lines = re.finditer(r"^(?!\s*(#|//)).*?(?=//|$)", text, re.M)
    tokens = [(line.start() + m.start(), m[0]) for line in lines for m in TOKEN.finditer(line[0])]
    kind = rng.choice((str.isdigit, str.isdigit, SWAPPED.__contains__, str.isidentifier))
    start, token = rng.choice([entry for entry in tokens if kind(entry[1])] or tokens)
    names = [other for _, other in tokens if other.isidentifier() and other != token]
    if token.isdigit():
        new = str(max(int(token) + rng.choice((-1, 1)), 0))
    else:
        new = SWAPPED.get(token) or rng.choice(names)
    path.write_text(text[:start] + new + text[start + len(token):])
    try:
        yield f"{path.name}: {token!r} is {new!r}"
    finally:
        path.write_text(text)


def _simulated(compiled: Callable[[], CSimulation], net: IntegerNetwork) -> str:
    """What a changed project does, in a process of its own, since changed C++ may do anything."""
    child = os.fork()
    if not child:
        try:
            x = random_inputs(net)
            os._exit(0 if (compiled().predict(x) == net.predict_integers(x)).all() else 1)
        except CompilerError:
            os._exit(2)
        except BaseException:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: "proved and right", 2: "proved, does not compile"}.get(status, "proved and wrong")


@click.command()
@click.option("--count", default=100, show_default=True, help="Changes of each project.")
@click.option("--seed", default=0, show_default=True)
def main(count: int, seed: int) -> None:
    """Random changes of projects of every kind."""
    verdicts: Counter[str] = Counter()
    ways = ({"io_type": "io_parallel"}, {"io_type": "io_stream"},
            {"io_type": "io_parallel", "strategy": "distributed_arithmetic"})
    for name, make in NETWORKS.items():
        for options in ways:
            with tempfile.TemporaryDirectory() as folder:
                found, wrong = try_changes(make(), Path(folder), count, seed, **options)
            verdicts += found
            for change in wrong:
                click.echo(f"{name}, {options}: {change} is proved and wrong")
    click.echo(", ".join(f"{verdict}: {number}" for verdict, number in verdicts.most_common()))


if __name__ == "__main__":
    main()
