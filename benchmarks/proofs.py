"""Proofs of the committed networks' Verilog, each in a process of its own.

    PYTHONPATH=. python benchmarks/proofs.py [NAME ...] [--synthesized] [--record docs/proofs.json]

Writes each network's Verilog as convert.py does, synthesizes it if asked to, and proves it.  What
the record holds already is not proved again, so that a run can go on where one was stopped.
Streams of pixels are synthesized module by module.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from hls_projects.families import FAMILIES
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.proof import prove_rtl, prove_stream
from hls_projects.rtl import write_rtl
from hls_projects.rtl.stream.stream_plan import streams
from hls_projects.tools.yosys import run_yosys

NETWORKS = Path("reports/results/networks")
MEMORY = 16 << 30
# Gates, where Verilog is of no family.
ANY_FAMILY = "synth -top top -flatten"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="networks, by default all")
    parser.add_argument("--synthesized", action="store_true", help="the netlist of Yosys")
    parser.add_argument("--family", default="xilinx", choices=FAMILIES)
    parser.add_argument("--record", type=Path, help="JSON file that keeps what was found")
    parser.add_argument("--minutes", type=float, default=30.0, help="most of one network")
    options = parser.parse_args()
    record = json.loads(options.record.read_text()) if options.record and (
        options.record.exists()) else {}
    level = "synthesized" if options.synthesized else "written"
    for name in options.names or sorted(path.stem for path in NETWORKS.glob("*.npz")):
        key = f"{name}, {options.family}, {level}"
        if key not in record:
            record[key] = _apart(name, options)
            if options.record:
                options.record.write_text(json.dumps(record, indent=1) + "\n")
        print(f"{key}: {record[key]}", flush=True)
    left = [key for key, found in record.items() if not found.get("complete")]
    print(f"{len(record) - len(left)} of {len(record)} proved" + "".join(f"\n  {k}" for k in left))


def _apart(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """What a process of its own found, or why it ended."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    arguments = name, options.family, options.synthesized, sender
    process = context.Process(target=_prove, args=arguments)
    process.start()
    sender.close()
    try:
        if receiver.poll(60 * options.minutes):
            return receiver.recv()
        process.terminate()
        return {"verdict": f"stopped after {options.minutes:g} minutes"}
    except EOFError:
        process.join()
        return {"verdict": f"its process ended with {process.exitcode}"}
    finally:
        process.join()


def _prove(name: str, family: str, synthesized: bool, sender: Any) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    network = IntegerNetwork.load(NETWORKS / f"{name}.npz")
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        verilog = write_rtl(network, Path(folder), target=family).verilog
        wrote = time.monotonic() - began
        if synthesized:
            verilog = _netlist(verilog, family, hierarchical=streams(network))
        began = time.process_time()
        prove = prove_stream if streams(network) else prove_rtl
        proof = prove(verilog, network, family)
        cpu = time.process_time() - began
    sender.send({
        "complete": proof.complete,
        "proven": proof.proven,
        "outputs": proof.outputs,
        "verdict": str(proof).rsplit(";" if not proof.complete else ",", 1)[0],
        "nonzeros": network.nonzeros,
        "cpu_seconds": round(cpu, 1),
        "write_seconds": round(wrote, 1),
        "memory_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 1),
    })


def _netlist(verilog: Path, family: str, hierarchical: bool) -> Path:
    """What Yosys makes of a design; of a stream, whose modules are looked for, each by itself."""
    flows = FAMILIES[family].flows
    command = flows[0].synthesis(hierarchical=hierarchical) if flows else ANY_FAMILY
    found = verilog.with_name("netlist.v")
    run_yosys(
        [f"read_verilog {verilog.name}", command, f"write_verilog -noattr {found.name}"],
        folder=verilog.parent, seconds=3600.0,
    )
    return found


if __name__ == "__main__":
    sys.exit(main())
