"""A short run of the readers on damaged files; a crash or a bound reached ends the process."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hls_projects.network.integer_network import IntegerNetwork
from qkeras_models.files.config_file import read_config
from qkeras_models.files.model_file import check_model_file, claimed_weights
from qkeras_models.files.saved_model import load_model
from tests.fuzz.mutation import mutate, mutate_inside
from tests.fuzz.readers import PRETRAINED

ROOT = Path(__file__).parents[2]


def test_damaged_files_are_refused_or_read():
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.readers", "--count", "100", "--seed", "1"], cwd=ROOT,
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| 0 |") == 8


def test_mutations_change_something():
    content = (PRETRAINED / "network.npz").read_bytes()
    rng = np.random.default_rng(0)
    assert sum(mutate(content, rng) != content for _ in range(50)) > 45
    assert len({mutate_inside(content, rng) for _ in range(20)}) > 15


def rewritten(path, target, change):
    """A copy of a zip archive with the content of one member replaced."""
    import zipfile

    name, new = change
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for entry in source.infolist():
            copy.writestr(entry.filename, new if entry.filename == name else source.read(entry))


def npy(shape):
    header = f"{{'descr': '|i1', 'fortran_order': False, 'shape': {shape}, }}"
    text = header.ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def test_a_network_that_claims_terabytes_is_refused(tmp_path):
    rewritten(PRETRAINED / "network.npz", tmp_path / "network.npz",
              ("1_weights.npy", npy((10**6, 10**6))))
    with pytest.raises(ValueError, match="`1_weights` claims 1,000,000,000,000 bytes"):
        IntegerNetwork.load(tmp_path / "network.npz")


def test_a_header_that_does_not_end_is_refused(tmp_path):
    """NumPy lets an exception of Python's tokenizer through."""
    rewritten(PRETRAINED / "network.npz", tmp_path / "network.npz",
              ("1_weights.npy", npy((2, 3)).replace(b")", b" ").replace(b"}", b" ")))
    with pytest.raises(ValueError, match="no valid network.npz"):
        IntegerNetwork.load(tmp_path / "network.npz")


def test_a_small_file_that_unpacks_to_gigabytes_is_refused(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "network.npz", "w", zipfile.ZIP_DEFLATED) as archive, (
        archive.open("header.npy", "w")
    ) as member:
        for _ in range(65):
            member.write(bytes(1 << 24))
    assert (tmp_path / "network.npz").stat().st_size < 2 << 20
    with pytest.raises(ValueError, match="must take at most 1,073,741,824 bytes. Received: 1,090"):
        IntegerNetwork.load(tmp_path / "network.npz")


def test_a_model_that_claims_more_weights_than_it_holds_is_refused(tmp_path):
    import json
    import zipfile

    with zipfile.ZipFile(PRETRAINED / "model.keras") as archive:
        config = json.loads(archive.read("config.json"))
    assert claimed_weights(config) == 217_728
    text = json.dumps(config).replace('"units": 256', '"units": 99999999')
    rewritten(PRETRAINED / "model.keras", tmp_path / "big.keras", ("config.json", text))
    with pytest.raises(ValueError, match="layers claim [0-9,]+ weights, more than the 3,544"):
        load_model(tmp_path / "big.keras")
    check_model_file(PRETRAINED / "model.keras")


def test_an_option_that_a_layer_lacks_is_named_with_the_nearest(tmp_path):
    import json

    with np.load(PRETRAINED / "network.npz") as archive:
        content = dict(archive)
    header = json.loads(bytes(content["header"]))
    header["layers"][1]["stride"] = 2
    content["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(tmp_path / "network.npz", **content)
    with pytest.raises(ValueError, match="layer 1 .dense. has no option 'stride'"):
        IntegerNetwork.load(tmp_path / "network.npz")


@pytest.mark.parametrize("text, message", [
    ("a: &x [1]\nb: *x\n", r"aliases are not allowed. Received: \*x"),
    ("!!python/object/apply:os.system [true]\n", "no valid YAML"),
    ("[" * 100_000, "no valid YAML"),
    ("a: " + "b" * (1 << 20), "at most 1,048,576 bytes"),
    ("1: 2\n", "mapping of names to values"),
])
def test_yaml_from_strangers(tmp_path, text, message):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_config(tmp_path / "c.yaml")
