"""The files of one run: the only place that knows their names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunFolder:
    """What training, conversion and reports leave in a run's folder, runs/NAME.

    Args:
        path: of the folder; nothing need be there.

    Example:
        >>> RunFolder(Path("runs/digits")).model.name
        'model.keras'
    """

    path: Path

    @property
    def config(self) -> Path:
        """Every value that decided what the training did."""
        return self.path / "config.yaml"

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.path / "model.keras"

    @property
    def result(self) -> Path:
        """What the training reached; there once it is finished."""
        return self.path / "training.json"

    @property
    def history(self) -> Path:
        """A row an epoch."""
        return self.path / "history.csv"

    @property
    def shadow_weights(self) -> Path:
        """Histograms at the end of each stage."""
        return self.path / "shadow_weights.json"

    @property
    def checkpoints(self) -> Path:
        """What a training that was stopped goes on from."""
        return self.path / "checkpoints"

    @property
    def network(self) -> Path:
        """The integer network."""
        return self.path / "network.npz"

    @property
    def hls(self) -> Path:
        """The hls4ml project."""
        return self.path / "hls"

    @property
    def rtl(self) -> Path:
        """Verilog."""
        return self.path / "rtl"

    @property
    def board(self) -> Path:
        """A bitstream, and what it was made from."""
        return self.path / "board"

    @property
    def axis(self) -> Path:
        """Verilog between two AXI4-Streams."""
        return self.path / "axis"

    @property
    def blackbox(self) -> Path:
        """Verilog as an RTL black box of Vitis HLS."""
        return self.path / "blackbox"

    @property
    def report(self) -> Path:
        """Folder of the report."""
        return self.path / "report"

    @property
    def report_document(self) -> Path:
        """The report as JSON."""
        return self.report / "report.json"

    @property
    def mismatch(self) -> Path:
        """What differed, where a conversion was not exact."""
        return self.report / "mismatch.json"

    @property
    def counterexample(self) -> Path:
        """Inputs at which Verilog is not the network, where a proof found any."""
        return self.report / "counterexample.json"
