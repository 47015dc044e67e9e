"""The tree is as docs/architecture.md and CONTRIBUTING.md say: folders, directions, circles."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = "qkeras_models", "training", "hls_projects", "reports"
DOZEN = 12
LONGEST = 300
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
# Which package imports which; and the folders that cross, as the page says.
BELOW = {
    "qkeras_models": set(),
    "training": {"qkeras_models"},
    "hls_projects": {"qkeras_models"},
    "reports": {"qkeras_models", "training", "hls_projects"},
}
CROSSING = {"training.search": "hls_projects", "hls_projects.conversion": "training"}


def module_of(path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


@cache
def imports():
    """Modules that each module imports, wherever in the file it does."""
    paths = {module_of(p): p for package in PACKAGES for p in (ROOT / package).rglob("*.py")}
    found = {}
    for module, path in paths.items():
        named = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        known = named & set(paths)
        # Importing a name from a package's module is no import of the package's own names.
        found[module] = {n for n in known if not any(o.startswith(f"{n}.") for o in known)}
    return found


def test_a_folder_holds_a_dozen_files_at_most():
    folders = [p for package in PACKAGES for p in (ROOT / package, *(ROOT / package).rglob("*/"))]
    crowded = {str(f.relative_to(ROOT)): len(list(f.glob("*.py"))) for f in folders}
    assert {name: count for name, count in crowded.items() if count > DOZEN} == {}


def test_files_are_short():
    lines = {m: len(ROOT.joinpath(*m.split(".")).with_suffix(".py").read_bytes().splitlines())
             for m in imports() if ROOT.joinpath(*m.split(".")).with_suffix(".py").is_file()}
    assert {module: count for module, count in lines.items() if count > LONGEST} == {}


def test_imports_go_one_way():
    wrong = []
    for module, imported in imports().items():
        package = module.partition(".")[0]
        allowed = BELOW[package] | {package}
        allowed |= {to for part, to in CROSSING.items() if module.startswith(part)}
        wrong += [(module, other) for other in imported if other.partition(".")[0] not in allowed]
    assert wrong == []


def test_no_module_imports_itself_by_a_detour():
    graph, done, circles = imports(), set(), []

    def visit(module, path):
        if module in path:
            circles.append([*path[path.index(module):], module])
        elif module not in done:
            for other in graph[module]:
                visit(other, [*path, module])
            done.add(module)

    for module in graph:
        visit(module, [])
    assert circles == []


def test_no_test_imports_another_test_file():
    pattern = re.compile(r"^from tests[\w.]*\.test_\w+ import|^from tests[\w.]* import test_", re.M)
    wrong = [str(p.relative_to(ROOT)) for p in (ROOT / "tests").rglob("*.py")
             if pattern.search(p.read_text(encoding="utf-8"))]
    assert wrong == []


@pytest.mark.parametrize("place", sorted(set(re.findall(r"`((?:\w+/)+\w+(?:\.py)?)`", PAGE))))
def test_every_place_that_the_page_names_is_there(place):
    known = (ROOT / place, ROOT / "hls_projects" / place)
    assert any(path.exists() for path in known)


def test_every_folder_is_on_the_page():
    missing = [
        name for package in PACKAGES for path in sorted((ROOT / package).iterdir())
        if (path / "__init__.py").is_file() and (name := path.name) not in PAGE
    ]
    assert missing == []


def test_the_life_of_a_weight_takes_few_files_in_one_direction():
    part = PAGE.split("## The life of a weight")[1].split("\n## ")[0]
    files = re.findall(r"^\d+\. `([\w/]+\.py)`", part, re.M)
    assert len(files) <= 12 and len(set(files)) == len(files)
    for file in files:
        assert (ROOT / file).is_file()
    # Only later packages, never back.
    order = [PACKAGES.index(file.partition("/")[0]) for file in files]
    assert order == sorted(order)
