from __future__ import annotations

from training.console import progress, report


def test_one_line_where_no_terminal_watches(capsys, monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    with progress("Fetching", total=10) as tell:
        tell(5)
    report("a [long] line " * 20)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[0] == "Fetching"
    assert len(captured.err.splitlines()) == 2


def test_a_bar_where_one_does(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress("Fetching", total=10_000_000) as tell:
        tell(5_000_000)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Fetching" in captured.err
    assert "5.0/10.0 MB" in captured.err
