"""A design's Verilog to C++, module by module: each translated, cut and compiled by itself.

So memory and time are those of the largest module.  `top` is left with wires: ports in place of
its instances, see `expose -evert` of Yosys.
"""

from __future__ import annotations

import re
from pathlib import Path

from hls_projects.rtl.cxxrtl.cxx_lanes import widen
from hls_projects.rtl.cxxrtl.cxx_parts import cut
from hls_projects.tools.yosys import run_yosys

# Down to gates of one bit, which become lanes of 64 simulations.  Each kind of primitive is mapped
# before it is flattened, since it stands in many places.
READ = (
    "read_verilog primitives.v",
    "read_verilog design.v",
    "hierarchy -top top",
    "proc",
    "opt_expr",
    "memory",
    "opt_expr",
    "simplemap",
    "techmap",
    "simplemap",
    "opt_expr",
    "opt_merge",
    "opt_clean -purge",
    "design -save read",
)
# ABC's own script of sequential and choice passes takes minutes for the long carry chains of a
# neuron with many inputs.
WRITE = (
    "flatten",
    "opt_clean -purge",
    "abc -script +strash;dc2;map,-a -g AND,OR,XOR",
    "splitnets -ports",
    "techmap -map gates.v",
    "opt_clean -purge",
    "setattr -unset src */*",
    "write_cxxrtl -header -O5 -g0 {name}.cc",
)
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
        commands += ["design -load read", f"hierarchy -top {name}", *_written(name)]
    commands.append("design -load read")
    if modules:
        cells = " ".join(f"top/t:{name}" for name in modules)
        commands += [f"blackbox {' '.join(modules)}", "flatten", f"expose -evert -sep . {cells}"]
    run_yosys([*commands, *_written("top")], folder=folder, seconds=seconds)
    for name in ("top", *modules):
        _rewrite(folder, name)
    (folder / "design.h").write_text(_design(folder, instances))
    return [f"{name}.cc" for name in ("top", *modules)]


def _instances(verilog: str) -> dict[str, str]:
    """The instances within `top` and their modules, as far as those have no parameters."""
    modules = set(MODULE.findall(verilog))
    body = re.search(r"(?ms)^module top\b.*?^endmodule", verilog)[0]
    return {name: module for module, name in INSTANCE.findall(body) if module in modules}


def _written(name: str) -> list[str]:
    return [command.format(name=name) for command in WRITE]


def _rewrite(folder: Path, name: str) -> None:
    """Lanes, and many functions; every header with a guard of its own."""
    source, header = folder / f"{name}.cc", folder / f"{name}.h"
    guarded = header.read_text().replace("CXXRTL_DESIGN_HEADER", f"CXXRTL_DESIGN_{name}")
    parts = cut(widen(source.read_text()), widen(guarded), name)
    for path, text in zip((source, header), parts, strict=True):
        path.write_text(text)


def _design(folder: Path, instances: dict[str, str]) -> str:
    """design.h: the instances, and how their ports are connected with top's."""
    names = {name: name.replace("_", "__") for name in instances}
    outside: dict[str, list[str]] = {name: [] for name in names.values()}
    for name, port in OUTSIDE.findall((folder / "top.h").read_text()):
        outside[name].append(port)
    members = ""
    for name, module in instances.items():
        inside = dict(map(reversed, INSIDE.findall((folder / f"{module}.h").read_text())))
        moves: dict[str, list[str]] = {"input": [], "output": []}
        for port in outside[names[name]]:
            # A port of one bit may keep its index or not.
            own = next(own for own in (port, f"{port}_5b_0_5d_") if own in inside)
            ends = f"own.p_{own}", f"top.p_{names[name]}_2e_{port}"
            to, source = ends if inside[own] == "input" else ends[::-1]
            if port != "clk":
                moves[inside[own]].append(f"            changed |= move({to}, {source});")
        members += MEMBER.format(
            module=module.replace("_", "__"),
            name=name,
            taken="\n".join(moves["input"]),
            given="\n".join(moves["output"]),
        )
    return DESIGN.format(
        includes="\n".join(f'#include "{m}.h"' for m in ("top", *sorted(set(instances.values())))),
        members=members,
        list=" ".join(f"all.push_back(&{name});" for name in instances),
    )
