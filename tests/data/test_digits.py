"""Plain decimals, many at once: the very floats that Python reads, or nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpcli.data.digits import decimals

plain = st.from_regex(r"[+-]?([0-9]{1,12}(\.[0-9]{0,12})?|\.[0-9]{1,12})", fullmatch=True)


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.tuples(plain, plain, plain), min_size=1, max_size=9),
    st.permutations([0, 1, 2]),
    st.sampled_from(",;\t"),
)
def test_plain_decimals_are_the_floats_that_python_reads(
    rows: list[tuple[str, str, str]], order: list[int], separator: str
) -> None:
    data = "".join(separator.join(row) + "\n" for row in rows).encode()
    for places in (order, order[:1], order[:2]):
        found = decimals(data, ord(separator), 3, places)
        if found is None:  # more digits than a float is sure of
            assert any(len(row[place].strip("+-").replace(".", "")) > 15 for row in rows for place in places)
        else:
            wanted = [[float(row[place]) for place in places] for row in rows]
            assert found.tobytes() == np.array(wanted).tobytes()


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0", 0.0),
        ("-0", -0.0),
        ("-0.0", -0.0),
        ("0000000000000012", 12.0),
        ("9007199254740991", 2.0**53 - 1),
        (".5", 0.5),
        ("5.", 5.0),
        ("0.1", 0.1),
        ("123456789.123456", 123456789.123456),
        ("0.000000000000001", 1e-15),
    ],
)
def test_single_cells(cell: str, value: float) -> None:
    """The values are Python's literals."""
    found = decimals(f"{cell},1\n".encode(), ord(","), 2, [0, 1])
    assert found is not None
    assert found.tobytes() == np.array([[value, 1.0]]).tobytes()


@pytest.mark.parametrize(
    "cell",
    ["", " 1", "1 ", "1e3", "1_000", "1.2.3", "--1", "+-1", "-", "+", ".", "-.", "nan", "inf", "0x1", '"1"', "1,5", "a",
     "٣", "1\r", "/", ":", "9007199254740993", "0.1234567890123456789", "12345678901234567", "1;2"],
)  # fmt: skip
def test_anything_else_is_left_to_others(cell: str) -> None:
    assert decimals(f"{cell},1\n2,3\n".encode(), ord(","), 2, [0, 1]) is None


@pytest.mark.parametrize("text", ["1\n2,3\n", "1,2,3\n", "1,2\n\n3,4\n", "1,2\n3\n4,5\n6\n", "\n", "1\n2\n"])
def test_rows_of_other_lengths_are_left_to_others(text: str) -> None:
    assert decimals(text.encode(), ord(","), 2, [0, 1]) is None


@given(st.binary(max_size=60))
def test_any_bytes_are_numbers_or_nothing(content: bytes) -> None:
    found = decimals(content + b"\n", ord(","), 2, [1])
    assert found is None or found.shape[1] == 1


def test_a_decimal_comma_is_a_point_of_its_own() -> None:
    found = decimals(b"1,5;2\n-0,25;3\n", ord(";"), 2, [0, 1], ord(","))
    assert found is not None and found.tolist() == [[1.5, 2.0], [-0.25, 3.0]]
    assert decimals(b"1.5;2\n", ord(";"), 2, [0, 1], ord(",")) is None
