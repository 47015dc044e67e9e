"""A design's Verilog to C++, module by module: each translated, cut and compiled by itself.

So memory and time are those of the largest module.  `top` is left with wires: ports in place of
its instances, see `expose -evert` of Yosys.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from hls_projects.rtl.cxxrtl.cxx_lanes import widen
from hls_projects.rtl.cxxrtl.cxx_parts import cut
from hls_projects.tools.yosys import run_yosys

# From processes down to gates of one bit.  Each kind of primitive is mapped before it is flattened,
# since it stands in many places.
MAP = (
    "opt_expr",
    "memory",
    "opt_expr",
    "simplemap",
    "techmap",
    "simplemap",
    "opt_expr",
    "opt_merge",
    "opt_clean -purge",
)
# From a flattened module to C++ whose bits become lanes of 64 simulations.  ABC's own script of
# sequential and choice passes takes minutes for the long carry chains of a neuron with many inputs.
WRITE = (
    "opt_clean -purge",
    "abc -script +strash;dc2;map,-a -g AND,OR,XOR",
    "splitnets -ports",
    "techmap -map gates.v",
    "opt_clean -purge",
    "setattr -unset src */*",
    "write_cxxrtl -header -O5 -g0 {name}.cc",
)
READ = ("read_verilog primitives.v", "read_verilog design.v", "hierarchy -top top", "proc", *MAP,
        "design -save read")
MODULE = re.compile(r"(?m)^module (\w+)")
INSTANCE = re.compile(r"(?m)^\s*(\w+) (\w+)\(\.")
OUTSIDE = re.compile(r"/\*(?:input|output)\*/ \w+ p_(\w+?)_2e_(\w+);")
INSIDE = re.compile(r"/\*(input|output)\*/ \w+ p_(\w+);")

DESIGN = """\
{includes}
#include "cxxrtl/instances.h"
using namespace cxxrtl;
struct design : instances<cxxrtl_design::p_top> {{
{members}
    design() {{ {list} }}
}};
"""
MEMBER = """\
    struct : instance<cxxrtl_design::p_top> {{
        cxxrtl_design::p_{module} own;
        bool take(const cxxrtl_design::p_top &top) override {{
            bool changed = false;
{taken}
            return changed;
        }}
        bool give(cxxrtl_design::p_top &top) override {{
            bool changed = false;
{given}
            return changed;
        }}
        void step(lanes clock) override {{ own.p_clk = clock; own.step(); }}
    }} {name};
"""


def translate(folder: Path, *, seconds: float) -> list[str]:
    """Makes C++ of folder/design.v: design.h, and a source of each module, whose names it returns.

    Args:
        folder: holds design.v, primitives.v and gates.v.
        seconds: time limit of Yosys.

    Raises:
        YosysError: if Yosys cannot read the design or reaches the limit.
    """
    instances = _instances((folder / "design.v").read_text())
    modules = sorted(set(instances.values()))
    commands = list(READ)
    for name in modules:
        commands += ["design -load read", f"hierarchy -top {name}", "flatten", *written(name)]
    commands.append("design -load read")
    if modules:
        cells = " ".join(f"top/t:{name}" for name in modules)
        commands += [f"blackbox {' '.join(modules)}", "flatten", f"expose -evert -sep . {cells}"]
    else:
        commands.append("flatten")
    run_yosys([*commands, *written("top")], folder=folder, seconds=seconds)
    for name in ("top", *modules):
        rewrite(folder, name)
    (folder / "design.h").write_text(_design(folder, instances))
    return [f"{name}.cc" for name in ("top", *modules)]


def _instances(verilog: str) -> dict[str, str]:
    """The instances within `top` and their modules, as far as those have no parameters."""
    modules = set(MODULE.findall(verilog))
    body = re.search(r"(?ms)^module top\b.*?^endmodule", verilog)[0]
    return {name: module for module, name in INSTANCE.findall(body) if module in modules}


def written(name: str) -> list[str]:
    """Yosys commands that write name.cc and name.h of the one module that is left, flattened."""
    return [command.format(name=name) for command in WRITE]


def rewrite(folder: Path, name: str) -> None:
    """Makes lanes of the bits in a module's C++, many functions, and a guard of its own."""
    source, header = folder / f"{name}.cc", folder / f"{name}.h"
    guarded = header.read_text().replace("CXXRTL_DESIGN_HEADER", f"CXXRTL_DESIGN_{name}")
    parts = cut(widen(source.read_text()), widen(guarded), name)
    for path, text in zip((source, header), parts, strict=True):
        path.write_text(text)


def _design(folder: Path, instances: dict[str, str]) -> str:
    """design.h: the instances, and how their ports are connected with top's."""
    ports: dict[str, list[str]] = {_mangled(name): [] for name in instances}
    for name, port in OUTSIDE.findall((folder / "top.h").read_text()):
        ports[name].append(port)
    modules = sorted(set(instances.values()))
    inside = {
        module: {port: way for way, port in INSIDE.findall((folder / f"{module}.h").read_text())}
        for module in modules
    }
    return DESIGN.format(
        includes="\n".join(f'#include "{module}.h"' for module in ("top", *modules)),
        members="".join(
            _member(name, module, inside[module], ports[_mangled(name)])
            for name, module in instances.items()
        ),
        list=" ".join(f"all.push_back(&{name});" for name in instances),
    )


def _member(name: str, module: str, inside: dict[str, str], outside: Sequence[str]) -> str:
    """An instance.

    Args:
        name, module: as in Verilog.
        inside: the module's ports, and whether each is an input or an output.
        outside: those that top has for it.

    Raises:
        ValueError: if top lacks an input of it.
    """
    # A port of one bit may keep its index or not.
    own = {port if port in inside else f"{port}_5b_0_5d_": port for port in outside}
    missing = [port for port, way in inside.items() if way == "input" and port not in own]
    if missing:
        raise ValueError(f"`{name}` of {module} must have all inputs. Not there: {missing}")
    moves: dict[str, list[str]] = {"input": [], "output": []}
    for port, there in own.items():
        ends = f"own.p_{port}", f"top.p_{_mangled(name)}_2e_{there}"
        to, source = ends if inside[port] == "input" else ends[::-1]
        if port != "clk":
            moves[inside[port]].append(f"            changed |= move({to}, {source});")
    return MEMBER.format(
        module=_mangled(module),
        name=name,
        taken="\n".join(moves["input"]),
        given="\n".join(moves["output"]),
    )


def _mangled(name: str) -> str:
    """A name as CXXRTL writes it."""
    return name.replace("_", "__")
