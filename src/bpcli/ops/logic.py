"""Comparisons and logic: 1 for true, 0 for false, and flat."""

from bpcli.ops.declaration import Golden, Kink, Op

FLAT = "is 1 or 0: its slope is 0 wherever it has one"


def comparison(
    name: str, symbol: str, latex: str, doc: str, zh: str, golden: list[Golden], where: str = "x == y"
) -> Op:
    """A comparison of two numbers; its sentence says where it is 1, and `where` is the condition of its jump."""
    return Op(
        f"{name}(x, y)",
        f"1 where {doc}, else 0.",
        zh=f"{zh}时是 1，否则是 0。",
        symbol=symbol,
        partials={"x": "0", "y": "0"},
        flat=FLAT,
        latex=latex,
        kinks=[Kink(where, "slope 0", jump=True)] if where else [],
        golden=golden,
    )


def truth(*rows: tuple[float, float, float]) -> list[Golden]:
    """Rows of a truth table: x, y, value."""
    return [Golden([x, y], value, [0, 0], "by hand") for x, y, value in rows]


OPERATIONS = (
    comparison("lt", "<", "{x} < {y}", "x is less than y", "x 小于 y ", truth((1, 2, 1), (2, 2, 0), (3, 2, 0))),
    comparison("le", "<=", r"{x} \le {y}", "x is at most y", "x 不大于 y ", truth((1, 2, 1), (2, 2, 1), (3, 2, 0))),
    comparison("gt", ">", "{x} > {y}", "x is greater than y", "x 大于 y ", truth((1, 2, 0), (2, 2, 0), (3, 2, 1))),
    comparison("ge", ">=", r"{x} \ge {y}", "x is at least y", "x 不小于 y ", truth((1, 2, 0), (2, 2, 1), (3, 2, 1))),
    comparison("eq", "==", "{x} = {y}", "x and y are equal", "x 与 y 相等", truth((1, 2, 0), (2, 2, 1))),
    comparison("ne", "!=", r"{x} \ne {y}", "x and y differ", "x 与 y 不等", truth((1, 2, 1), (2, 2, 0))),
    comparison(
        "and", "and", r"{x} \wedge {y}", "both are true (not 0)", "两者都不为 0 ", truth((1, 2, 1), (1, 0, 0)), ""
    ),
    comparison("or", "or", r"{x} \vee {y}", "one is true (not 0)", "至少一个不为 0 ", truth((0, 2, 1), (0, 0, 0)), ""),
    Op(
        "not(x)",
        "1 where x is 0, else 0.",
        zh="x 为 0 时是 1，否则是 0。",
        symbol="not",
        partials={"x": "0"},
        flat=FLAT,
        latex=r"\neg {x}",
        golden=[Golden([0], 1, [0], "by hand"), Golden([2], 0, [0], "by hand")],
    ),
)
