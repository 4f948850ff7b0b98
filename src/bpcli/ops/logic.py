"""Comparisons and logic: 1 for true, 0 for false, and flat."""

from bpcli.ops.declaration import Golden, Op

FLAT = "is 1 or 0: its slope is 0 wherever it has one"


def comparison(name: str, symbol: str, latex: str, doc: str, golden: list[Golden]) -> Op:
    """A comparison of two numbers."""
    return Op(
        f"{name}(x, y)", doc, symbol=symbol, partials={"x": "0", "y": "0"}, flat=FLAT, latex=latex, golden=golden
    )


def truth(*rows: tuple[float, float, float]) -> list[Golden]:
    """Rows of a truth table: x, y, value."""
    return [Golden([x, y], value, [0, 0], "by hand") for x, y, value in rows]


OPERATIONS = (
    comparison("lt", "<", "{x} < {y}", "1 where x is less than y, else 0.", truth((1, 2, 1), (2, 2, 0), (3, 2, 0))),
    comparison("le", "<=", r"{x} \le {y}", "1 where x is at most y, else 0.", truth((1, 2, 1), (2, 2, 1), (3, 2, 0))),
    comparison("gt", ">", "{x} > {y}", "1 where x is greater than y, else 0.", truth((1, 2, 0), (2, 2, 0), (3, 2, 1))),
    comparison("ge", ">=", r"{x} \ge {y}", "1 where x is at least y, else 0.", truth((1, 2, 0), (2, 2, 1), (3, 2, 1))),
    comparison("eq", "==", "{x} = {y}", "1 where x and y are equal, else 0.", truth((1, 2, 0), (2, 2, 1))),
    comparison("ne", "!=", r"{x} \ne {y}", "1 where x and y differ, else 0.", truth((1, 2, 1), (2, 2, 0))),
    comparison("and", "and", r"{x} \wedge {y}", "1 where both are true (not 0), else 0.", truth((1, 2, 1), (1, 0, 0))),
    comparison("or", "or", r"{x} \vee {y}", "1 where one is true (not 0), else 0.", truth((0, 2, 1), (0, 0, 0))),
    Op(
        "not(x)",
        "1 where x is 0, else 0.",
        symbol="not",
        partials={"x": "0"},
        flat=FLAT,
        latex=r"\neg {x}",
        golden=[Golden([0], 1, [0], "by hand"), Golden([2], 0, [0], "by hand")],
    ),
)
