"""What convert.py was asked to convert, and where its results go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qkeras_models.networks.pretrained import pretrained_folder, pretrained_names

MODEL = "model.keras"
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
        path = self.record / "history.csv" if self.record else None
        return path if path and path.is_file() else None


def find_model(target: str, output: Path | None, runs: Path = Path("runs")) -> ModelSource:
    """A run folder, a name of a run, a .keras or .npz file, or the name of a pretrained network.

    Raises:
        ValueError: if it is none of these, saying what there is.
    """
    path = Path(target)
    for folder in (path, runs / target):
        if (folder / MODEL).is_file():
            name = folder.resolve().name
            return ModelSource(name, folder / MODEL, output or folder, folder)
    if path.is_dir():
        raise ValueError(
            f"{path} holds no {MODEL}: its training is not finished; continue it with train.py "
            f"--resume --name {path.name}"
        )
    if path.suffix in (".keras", NETWORK) and path.is_file():
        return ModelSource(path.stem, path, output or runs / path.stem, None)
    if target in pretrained_names():
        record = pretrained_folder(target)
        folder = output or runs / f"{target}-pretrained"
        return ModelSource(target, record / MODEL, folder, record)
    raise ValueError(
        f"{target!r} is no run folder, no .keras or .npz file and no pretrained network "
        f"({', '.join(pretrained_names()) or 'there are none'})"
    )
