"""Plain decimals, many at once: the very floats that Python reads, or nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpcli.data import digits
from bpcli.data.digits import decimals

plain = st.from_regex(r"[+-]?([0-9]{1,12}(\.[0-9]{0,12})?|\.[0-9]{1,12})", fullmatch=True)
long = st.from_regex(r"[+-]?[0-9]{0,6}\.[0-9]{10,21}", fullmatch=True)
scientific = st.floats(-1e6, 1e6).map(lambda value: f"{value:.18e}") | st.floats().map("{:.8E}".format).filter(
    lambda text: "N" not in text and "F" not in text
)
written = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.floats(-9, 9).map(repr)


@pytest.fixture(scope="module")
def monkeypatch_few() -> Iterator[None]:
    """Any number of cells may be read one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digits, "FEW", 1.0)
        yield


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
        if found is None:  # more digits than a word has
            assert any(len(row[place].strip("+-").replace(".", "")) > 18 for row in rows for place in places)
        else:
            wanted = [[float(row[place]) for place in places] for row in rows]
            assert found.tobytes() == np.array(wanted).tobytes()


@settings(max_examples=500, deadline=None)
@given(st.lists(plain | long | written | scientific, min_size=1, max_size=30))
def test_long_decimals_and_a_few_others_are_those_floats_too(monkeypatch_few: None, cells: list[str]) -> None:
    found = decimals("".join(f"{cell},1\n" for cell in cells).encode(), ord(","), 2, [0])
    assert found is not None
    assert found.tobytes() == np.array([[float(cell)] for cell in cells]).tobytes()


def test_what_savetxt_writes_is_read_at_once() -> None:
    """Nineteen digits and an exponent each; only those below 1e-4 are left for one by one."""
    values = np.random.default_rng(4).uniform(-3, 5, (5000, 2))
    text = "".join(f"{x:.18e},{y:.18e}\n" for x, y in values.tolist())
    found = decimals(text.encode(), ord(","), 2, [0, 1])
    assert found is not None and found.tobytes() == values.tobytes()


def test_a_decimal_in_the_middle_between_two_floats_goes_to_the_even_one() -> None:
    """2^53 + 1 and its like, and quotients that lie within 1e-20 of such a middle: Python's reading decides."""
    cells = ["9007199254740993", "9007199254740995", "900719925474099.3", "4503599627370497.5", "4503599627370498.5",
             "1.0000000000000001110", "1.0000000000000001111", "0.3000000000000000166",
             "0.9999999999999999445"]  # fmt: skip
    cells += ["1"] * 1000
    found = decimals("".join(f"{cell},1\n" for cell in cells).encode(), ord(","), 2, [0])
    assert found is not None
    assert found.tobytes() == np.array([[float(cell)] for cell in cells]).tobytes()


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
    ["", " 1", "1 ", "1_000", "1e", "1e+", "e5", "1e5e5", "1e+-5", "1e1.5", "1e999", "1.2.3", "--1", "+-1",
     "-", "+", ".", "-.", "nan", "inf", "0x1", '"1"', "1,5", "a", "٣", "1\r", "/", ":", "1;2"],
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
