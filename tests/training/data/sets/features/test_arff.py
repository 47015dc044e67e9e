import numpy as np
import pytest

from training.data.sets.features import arff
from training.data.sets.features.arff import read_arff

TEXT = """% made by nobody
@RELATION jets

@ATTRIBUTE 'zlogz' REAL
@attribute mass NUMERIC
@ATTRIBUTE class {g, q}
@DATA
-2.5,1e2,g
% a remark
0.25, 3,'q'
"""


def lines(text):
    return text.splitlines(keepends=True)


def test_columns_names_and_classes():
    table = read_arff(lines(TEXT))
    assert table.names == ("zlogz", "mass")
    assert table.values.tolist() == [[-2.5, 100], [0.25, 3]]
    assert table.classes.tolist() == ["g", "q"]


def test_chunks_are_put_together(monkeypatch):
    monkeypatch.setattr(arff, "CHUNK", 3)
    text = TEXT + "".join(f"{i},{i},g\n" for i in range(8))
    assert read_arff(lines(text)).values[2:, 0].tolist() == list(range(8))


def test_a_file_without_rows_has_none():
    assert read_arff(lines(TEXT)[:7]).values.shape == (0, 2)


@pytest.mark.parametrize("change, message", [
    (("0.25, 3", "0.25"), "row 2 must hold 3 values. Received: 2"),
    (("-2.5", "?"), "rows from 1 must hold numbers"),
    (("-2.5", "nan"), "rows from 1 must hold finite numbers"),
    (("@DATA", ""), "a line @data"),
    (("{g, q}", "REAL"), "numeric columns and one of names. Received: real, numeric, real"),
    (("NUMERIC", "STRING"), "numeric columns and one of names"),
])
def test_other_files_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        read_arff(lines(TEXT.replace(*change)))


def test_ends_of_memory_are_not_reached_by_a_header_without_end():
    with pytest.raises(ValueError, match="a line @data"):
        read_arff("@attribute a real\n" for _ in iter(int, 1))


def test_values_are_float64():
    assert read_arff(lines(TEXT)).values.dtype == np.float64
