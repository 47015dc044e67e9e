"""What MkDocs does not know of these pages: files outside docs/, the notebook, what is generated.

Pages are written for the checkout: their links lead through its folders.  Each file outside docs/
that a page links to joins the site under its own path, and links are turned to where files are.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
# Where files of the checkout are in the site, unless under their own path, less docs/.
NOTEBOOKS = {"docs/tutorial.ipynb": "tutorial.md", "docs/jets.ipynb": "jets-notebook.md"}
PLACES = {"README.md": "project.md", **NOTEBOOKS}
ORIGINS = {place: origin for origin, place in PLACES.items()}
LINK = re.compile(r"(?<=\]\()([^)\s#:]+)(?=[)#])")
# What tells tests why a block is not run.
TAG = re.compile(r"^<!-- not run: .+ -->\n", re.MULTILINE)
TERMINAL = re.compile(r"\x1b\[[0-9;]*m")
# Addresses that the theme's script would load parts from that this site does not use.
ELSEWHERE = re.compile(r"https://(?:unpkg\.com|api\.github\.com)[\w@./-]*")
COMMANDS = {
    "python train.py": "training.command",
    "python convert.py": "reports.command",
    "python -m training.search": "training.search.command",
    "python -m reports.compare": "reports.compare",
    "python -m reports.reproduce": "reports.reproduce",
    "python -m reports.remeasure": "reports.remeasure",
    "python -m reports.search": "reports.search",
    "python -m reports.tuning": "reports.tuning",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the notebooks, generated pages, and what pages link to outside docs/."""
    pages = {page.src_uri: page.content_string for page in files.documentation_pages()}
    notebooks = {place: _notebook(ROOT / origin) for origin, place in NOTEBOOKS.items()}
    pages |= notebooks
    generated = {**notebooks, "commands.md": _commands(), **_interface()}
    for place, text in generated.items():
        files.append(File.generated(config, place, content=text))
    waiting = list(pages.items())
    while waiting:
        place, text = waiting.pop()
        for link in LINK.findall(text):
            target = normpath(join(dirname(_origin(place)), link))
            file = ROOT / target
            if files.get_file_from_path(_place(target)) or not file.is_file():
                continue
            files.append(File.generated(config, _place(target), abs_src_path=str(file)))
            if file.suffix == ".md":
                waiting.append((_place(target), file.read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turns links from the checkout's folders to the site's."""
    place = page.file.src_uri

    def turned(match: re.Match[str]) -> str:
        target = _place(normpath(join(dirname(_origin(place)), match[0])))
        known = files.get_file_from_path(target)
        return relpath(target, dirname(place) or ".") if known else match[0]

    markdown = LINK.sub(turned, TAG.sub("", markdown))
    if place != "api.md":
        return markdown
    return re.sub(r"^## (\w+)$", r"\g<0>\n\n[Signatures and docstrings](api/\1.md)", markdown,
                  flags=re.MULTILINE)


def on_post_build(config: MkDocsConfig) -> None:
    """Takes addresses of other hosts out of the theme's scripts, and what only developers need.

    Search in other languages goes too: the pages are in English.
    """
    assets = Path(config.site_dir, "assets")
    shutil.rmtree(assets / "javascripts" / "lunr")
    for path in assets.rglob("*"):
        if path.suffix == ".map":
            path.unlink()
        elif path.suffix == ".js":
            text = path.read_text(encoding="utf-8")
            path.write_text(ELSEWHERE.sub("data:,", text), encoding="utf-8")


def _place(origin: str) -> str:
    """In the site, of a file of the checkout."""
    return PLACES.get(origin, origin.removeprefix("docs/"))


def _origin(place: str) -> str:
    """In the checkout, of a page of the site; of a generated one as if it were in docs/."""
    if place in ORIGINS:
        return ORIGINS[place]
    return place if (ROOT / place).is_file() and place != "README.md" else f"docs/{place}"


def _notebook(path: Path) -> str:
    """The notebook's text, code and outputs."""
    parts: list[str] = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        parts.append(_fenced(source, "python") if cell["cell_type"] == "code" else source)
        parts += map(_output, cell.get("outputs", ()))
    return "\n\n".join(parts) + "\n"


def _output(output: dict) -> str:
    data = output.get("data", {})
    if "image/png" in data:
        return f"![output](data:image/png;base64,{''.join(data['image/png'].split())})"
    text = "".join(data.get("text/plain", output.get("text", "")))
    return _fenced(TERMINAL.sub("", text).rstrip(), "text")


def _fenced(text: str, language: str) -> str:
    return f"~~~ {language}\n{text}\n~~~"


def _commands() -> str:
    """What --help of every command prints."""
    parts = [
        "# Commands\n\nWhat each prints with `--help`. Installed, without a checkout, the first "
        "three are `sparse-ternary-train`, `sparse-ternary-convert` and `sparse-ternary-search`."
    ]
    for name, module in COMMANDS.items():
        main = importlib.import_module(module).main
        context = click.Context(main, info_name=name, terminal_width=96, max_content_width=96)
        parts.append(f"## {name}\n\n{_fenced(main.get_help(context), 'text')}")
    return "\n\n".join(parts) + "\n"


def _interface() -> dict[str, str]:
    """A page for each package of the names that api.md has, with signatures and docstrings."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    pages = {}
    for part in text.split("\n## ")[1:]:
        package, _, body = part.partition("\n")
        names = "\n\n".join(f"::: {name}" for name in dict.fromkeys(_names(package, body)))
        pages[f"api/{package}.md"] = f"# {package}: signatures\n\n{names}\n"
    return pages


def _names(package: str, body: str) -> Iterator[str]:
    """Full names of a section's first column, each in the module that it is at home in."""
    prefix = before = package
    for line in body.splitlines():
        if heading := re.match(r"`([\w.]+)`, ", line):
            prefix = before = heading[1]
        if not line.startswith("| `"):
            continue
        for name in re.findall(r"`(\w[\w.]*)", line.split(" | ")[0]):
            # A name alone may go on with the module of the one before it.
            whole = name if name.startswith(f"{package}.") else f"{prefix}.{name}"
            found = _home(whole) or _home(f"{before}.{name}")
            if found is None:
                raise PluginError(f"docs/api.md: there is no {whole}")
            before = whole.rpartition(".")[0] if "." in name else before
            yield found


def _home(name: str) -> str | None:
    """The module of a name and the name, if there is one."""
    module, _, attribute = name.rpartition(".")
    try:
        if importlib.util.find_spec(module) is None:
            return None
    except ModuleNotFoundError:
        return None
    loaded = importlib.import_module(module)
    homes = getattr(loaded, "_HOMES", {})
    if attribute in homes:
        return f"{homes[attribute]}.{attribute}"
    return name if hasattr(loaded, attribute) else None
