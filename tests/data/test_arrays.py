"""Arrays from text files: a matrix as np.savetxt writes it, with or without a line of names."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpcli.data.arrays import read_array
from bpcli.errors import InputError


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("W.csv", "1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("W.csv", "a,b\n1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("W.csv", ",b\n1,2\n", [[1, 2]]),
        ("W.txt", "1.000e+00 2.500e+00\n-3e0 4\n", [[1, 2.5], [-3, 4]]),
        ("W.csv", "1\n2\n3\n", [1, 2, 3]),
        ("W.csv", "nan,1\n", [[float("nan"), 1]]),
    ],
)
def test_rows_of_numbers_are_a_matrix(tmp_path: Path, name: str, written: str, expected: list[object]) -> None:
    file = tmp_path / name
    file.write_text(written)
    assert str(read_array(str(file), "W").tolist()) == str([
        [float(entry) for entry in row] if isinstance(row, list) else float(str(row)) for row in expected
    ])


def test_a_first_row_of_a_number_and_a_word_is_no_line_of_names(tmp_path: Path) -> None:
    file = tmp_path / "W.csv"
    file.write_text("1,foo\n3,4\n")
    with pytest.raises(InputError, match="'foo' is not a number"):
        read_array(str(file), "W")
