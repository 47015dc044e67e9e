"""The pages as a site: it builds without a warning, whole, and asks no other host for anything."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec

import pytest
import yaml

from tests.docs.pages import PAGES, ROOT
from tests.docs.runner import LEFT_OUT

MISSING = [name for name in ("mkdocs", "material", "mkdocstrings_handlers")
           if find_spec(name) is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} missing: pip install '.[docs]'"
)
# Attributes that browsers fetch at once.
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
HOST = re.compile(r"https?://([\w.-]+\w)")


class Reader(HTMLParser):
    """Text and attributes (tag, name, value) of a page; the theme leaves out end tags."""

    def __init__(self, document):
        super().__init__()
        self.text, self.attributes = "", []
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text += data


def build(checkout, target):
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", target],
        cwd=checkout, capture_output=True, text=True, check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    target = tmp_path_factory.mktemp("site")
    done = build(ROOT, target)
    assert done.returncode == 0, done.stderr
    return target


def test_every_page_is_there(site):
    names = {page.stem for page in PAGES if page.parent.name == "docs"} - {"README"}
    assert [name for name in sorted(names) if not (site / f"{name}.html").is_file()] == []
    notebooks = "tutorial", "jets-notebook"
    for page in ("index", "project", *notebooks, "CHANGELOG", "reports/results/mnist"):
        assert (site / f"{page}.html").is_file()
    assert (site / "reports/results/mnist-plots/accuracy-luts.svg").is_file()


def test_signatures_docstrings_and_options_are_there(site):
    page = Reader((site / "api/hls_projects.html").read_text("utf-8")).text
    assert "clock_period" in page and "One sample a clock cycle; a neuron's ternary sum" in page
    page = Reader((site / "api/qkeras_models.html").read_text("utf-8")).text
    assert "SparseTernaryDense" in page and "PRESETS" in page
    commands = (site / "commands.html").read_text("utf-8")
    assert "--yosys TEXT" in commands and "--sparsity FLOAT" in commands
    tutorial = (site / "tutorial.html").read_text("utf-8")
    assert "import keras" in Reader(tutorial).text and "data:image/png;base64," in tutorial


def test_nothing_is_fetched_from_elsewhere(site):
    known = {host for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"),
                               *ROOT.glob("reports/results/*.md")]
             for host in HOST.findall(page.read_text("utf-8"))}
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        for tag, name, value in Reader(text).attributes:
            if FETCHED.get(tag) == name:
                assert not value.startswith(("http:", "https:", "//")), (page.name, value)
            elif name == "href" and (host := HOST.match(value)):
                assert host[1] in known, (page.name, value)
    scripts = [path.read_text("utf-8") for path in site.rglob("*.js")]
    assert scripts
    for text in scripts:
        assert not re.search(r"unpkg|jsdelivr|cdnjs|api\.github|googleapis|gstatic", text)


def test_pages_are_in_the_parts_of_the_index():
    class Loader(yaml.SafeLoader):
        """Takes the names of Python functions in the file for text."""

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    nav = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader)["nav"]
    in_site = {part: pages for entry in nav[1:] for part, pages in entry.items()}
    parts = re.findall(r"^## (.+)\n\n((?:- .+\n)+)", (ROOT / "docs/README.md").read_text(), re.M)
    assert len(parts) == 4
    for part, lines in parts:
        listed = re.findall(r"^- \[(.+?)\]", lines, re.M)
        # A page has that name already.
        pages = [re.sub("jets.ipynb", "jets-notebook.md", page) for page in listed]
        pages = [page.replace(".ipynb", ".md") for page in pages]
        assert [page for page in in_site[part] if page in pages] == pages


def test_a_broken_link_and_a_broken_anchor_end_it(tmp_path):
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(*LEFT_OUT))
    with open(checkout / "docs/trust.md", "a", encoding="utf-8") as page:
        page.write("\n[one](nowhere.md) and [two](rtl.md#nowhere) and [three](../NOWHERE.md)\n")
    done = build(checkout, tmp_path / "site")
    assert done.returncode != 0
    for broken in ("nowhere.md", "rtl.md#nowhere", "../NOWHERE.md"):
        assert f"'{broken}'" in done.stderr, done.stderr
