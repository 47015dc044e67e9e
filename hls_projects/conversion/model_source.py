"""What convert.py was asked to convert, and where its results go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qkeras_models.files.run_folder import RunFolder
from qkeras_models.networks.pretrained import pretrained_folder, pretrained_names

NETWORK = ".npz"


@dataclass(frozen=True)
class ModelSource:
    """A model file, the run folder that results go to, and where training recorded itself.

    Args:
        name: of the report and, as an identifier, of the project.
        model: the .keras file, or the .npz file of an integer network.
        folder: where network.npz, hls/ and report/ go.
        record: folder with config.yaml, training.json and history.csv, if there is one.
    """

    name: str
    model: Path
    folder: Path
    record: Path | None

    @property
    def trained(self) -> bool:
        """Whether the file is a Keras model, not the integer network made from one."""
        return self.model.suffix != NETWORK

    @property
    def history(self) -> Path | None:
        """The history of its training, if it is known."""
        path = RunFolder(self.record).history if self.record else None
        return path if path and path.is_file() else None


def find_model(target: str, output: Path | None, runs: Path = Path("runs")) -> ModelSource:
    """A run folder, a name of a run, a .keras or .npz file, or the name of a pretrained network.

    Raises:
        ValueError: if it is none of these, saying what there is.
    """
    path = Path(target)
    for folder in (path, runs / target):
        if RunFolder(folder).model.is_file():
            name = folder.resolve().name
            return ModelSource(name, RunFolder(folder).model, output or folder, folder)
    if path.is_dir():
        raise ValueError(
            f"{path} holds no {RunFolder(path).model.name}: its training is not finished; "
            f"continue it with train.py --resume --name {path.name}"
        )
    if path.suffix in (".keras", NETWORK) and path.is_file():
        return ModelSource(path.stem, path, output or runs / path.stem, None)
    if target in pretrained_names():
        record = pretrained_folder(target)
        folder = output or runs / f"{target}-pretrained"
        return ModelSource(target, RunFolder(record).model, folder, record)
    raise ValueError(
        f"{target!r} is no run folder, no .keras or .npz file and no pretrained network "
        f"({', '.join(pretrained_names()) or 'there are none'})"
    )
