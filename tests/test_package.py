"""What is shipped, and how it is cited."""

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PACKAGES = "qkeras_models", "training", "hls_projects", "reports"
SETUP = ConfigParser()
SETUP.read(ROOT / "setup.cfg")
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder that a wheel is packed from."""
    folder = tmp_path_factory.mktemp("built")
    subprocess.run(
        [sys.executable, "-c", "import setuptools; setuptools.setup()", "--quiet",
         "egg_info", "--egg-base", folder, "build_py", "--build-lib", folder / "lib"],
        cwd=ROOT, check=True, capture_output=True,
    )
    return folder / "lib"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_that_its_types_are_annotated(built, package):
    """Or a user's type checker takes everything of it for Any."""
    assert (built / package / "py.typed").is_file()


def test_every_file_that_setup_names_is_shipped(built):
    for package, patterns in SETUP["options.package_data"].items():
        folder = built.joinpath(*package.split(".")) if package != "*" else built / PACKAGES[0]
        for pattern in patterns.split():
            assert list(folder.glob(pattern)), f"{package}: {pattern}"


def test_no_tests_and_records_are_shipped(built):
    assert {path.name for path in built.iterdir()} == set(PACKAGES)
    assert not (built / "reports" / "results").exists()


def test_classifiers_name_the_pythons_that_are_taken():
    named = [line.rpartition(" :: ")[2] for line in SETUP["metadata"]["classifiers"].split("\n")
             if line.startswith("Programming Language :: Python :: 3.")]
    assert SETUP["options"]["python_requires"] == f">={named[0]},<3.{int(named[-1][2:]) + 1}"


def test_tests_bring_what_the_site_is_made_with():
    """Or its tests would be skipped where the test command installs its packages."""
    extras = SETUP["options.extras_require"]
    assert set(extras["docs"].split()) <= set(extras["test"].split())


def test_the_citation_is_complete():
    assert {"cff-version", "message", "title", "authors", "version", "references"} <= set(CITATION)
    assert CITATION["version"] == SETUP["metadata"]["version"]
    assert CITATION["license"] == SETUP["metadata"]["license"]
    for cited in (CITATION, *CITATION["references"]):
        assert all("name" in author or "family-names" in author for author in cited["authors"])
    (paper,) = CITATION["references"]
    assert paper["identifiers"][0]["value"] == "arXiv:1709.06262"


def test_the_changelog_has_this_version_by_kind():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.+)$", text, re.M)
    assert SETUP["metadata"]["version"] in versions[:2]  # what is not released yet is before it
    part = text.split(f"## {SETUP['metadata']['version']}\n")[1].split("\n## ")[0]
    assert re.findall(r"^### (.+)$", part, re.M) == ["Added", "Changed", "Fixed"]
