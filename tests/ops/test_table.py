"""The table of operations: one test per property, over all of it, with no code for any single operation."""

from __future__ import annotations

import functools
import itertools
import math
import re
from typing import Any

import numpy as np
import pytest

from bpcli.calculus.derivative import derivative
from bpcli.calculus.kinds import compiled, formula, partial_text
from bpcli.calculus.sweeps import forward, reverse
from bpcli.engine.floats import FLOATS
from bpcli.engine.lanes import LANES, SPELLED
from bpcli.engine.primitives import SCALAR
from bpcli.errors import InputError
from bpcli.graph import Graph
from bpcli.language.reader import parse
from bpcli.numbers import literal
from bpcli.ops import GROUPS, TABLE, Golden, Kink, Op, elementwise, functions, named
from bpcli.ops import declare as enter
from calculus.precise import PRECISE, Precise, mp, precisely, slope
from ops.references import REFERENCE

inf, nan = math.inf, math.nan
OPS = elementwise()
SIDED = [op for op in OPS if not op.flat]
EPS = math.ulp(1.0)

# Where an operation is tried; the coordinates of two arguments differ, so that they are never equal.
POOL = (-2.3, -1.7, -0.9, -0.4, 0.0, 0.15, 0.3, 0.7, 0.85, 1.0, 1.2, 1.6, 2.0, 2.6, 4.1)
SPECIAL = (-inf, -2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, 750.0, inf, nan)


def every(cases: Any) -> Any:
    """A parameter for each operation, known by its name."""
    return pytest.mark.parametrize("op", cases, ids=[op.name for op in cases])


def goldens(which: Any = lambda op: True) -> Any:
    cases = [(op, golden) for op in OPS if which(op) for golden in op.golden]
    return pytest.mark.parametrize(
        ("op", "golden"), cases, ids=[f"{op.name}{golden.at}".replace(" ", "") for op, golden in cases]
    )


class Use:
    """One use of an operation: its graph, its arguments, and the node itself; `free` are those that have a rule."""

    def __init__(self, op: Op, count: int | None = None) -> None:
        self.graph = Graph()
        self.count = count or (2 if op.variadic else len(op.params))
        self.arguments = [self.graph.variable(f"v{place}") for place in range(self.count)]
        self.node = self.graph.add(op.name, tuple(self.arguments))
        ruled = [op.variadic or param in op.partials for param in op.params] + [True] * self.count
        self.places = [place for place in range(self.count) if ruled[place]]
        self.free = [self.arguments[place] for place in self.places]

    def run(self, at: Any, kind: Any = FLOATS) -> tuple[Any, list[Any]]:
        """The value, and the slope by each argument: None where the edge is closed or flat, or has no rule."""
        values = forward(self.graph, kind, dict(zip(self.arguments, at, strict=True)), self.node + 1)
        seed = kind.constant(1) if kind is not FLOATS else 1.0
        skip = bytearray(node in self.arguments and node not in self.free for node in range(len(self.graph)))
        adjoints = reverse(self.graph, kind, values, self.node, seed, skip)
        return values[self.node], [adjoints[argument] for argument in self.arguments]

    def along(self, at: list[Any], place: int) -> Any:
        """The value as a function of one argument, in 50 digits."""
        return along(lambda *moved: self.run(moved, PRECISE)[0], at, place)

    def node_along(self, node: int, inputs: dict[int, Any], argument: int) -> Any:
        """Another node of the graph as a function of one argument, in 50 digits."""
        return lambda moved: precisely(self.graph, inputs | {argument: moved}, [node])[0]


def holds(op: Op, condition: str, at: tuple[float, ...], out: float = nan) -> bool:
    """Whether a condition of the declaration holds at a point, where the value is `out`."""
    if not condition:
        return True
    places = {param: place for place, param in enumerate((*op.params, "out"))}
    registers = [*at, out]
    if op.variadic:
        out = max(at) if op.name == "max" else min(at)
        places = {"x": 0, "ties": 1}
        registers = [at[0], float(sum(value == out for value in at))]
    read = formula(condition)
    return bool(compiled(read.graph, read.output, places, FLOATS.guarded, FLOATS.constant)(registers))


@functools.cache
def smooth_points(op: Op) -> list[tuple[float, ...]]:
    """At most 200 points at which the declaration promises a value and all slopes, and that lie on no kink."""
    count = 2 if op.variadic else len(op.params)
    pools = [[value + 0.037 * place for value in POOL] for place in range(count)]
    points = [
        at
        for at in itertools.product(*pools)
        if holds(op, op.smooth, at) and not any(holds(op, kink.where, at) for kink in op.kinks)
    ]
    return points[:: max(1, len(points) // 100)]


def equal_points(op: Op) -> list[tuple[float, ...]]:
    """Smooth points at which all arguments are equal: 1, and a number that is not whole."""
    count = 2 if op.variadic else len(op.params)
    points = [(value,) * count for value in (1.0, 0.6, 1.6)]
    return [
        at for at in points if holds(op, op.smooth, at) and not any(holds(op, kink.where, at) for kink in op.kinks)
    ]


def near(got: float, want: float, ulps: float) -> bool:
    return got == want or (got != got and want != want) or abs(got - want) <= ulps * math.ulp(want)


# What stands in a declaration


@every(OPS)
def test_the_doc_is_one_sentence(op: Op) -> None:
    assert op.doc.endswith(".")
    assert ". " not in op.doc
    assert "\n" not in op.doc


@every(OPS)
def test_every_formula_uses_only_names_that_are_in_scope(op: Op) -> None:
    params = {*op.params}
    scope = params | {"out"} | ({"ties", "before"} if op.variadic else set())
    texts = [(op.value, params), (op.domain, params), (op.smooth, params)]
    texts += [(kink.where, scope - {"out"}) for kink in op.kinks]
    for each in (op.partials, op.textbook):
        for text in each.values():
            local, _, when = text.partition(" if ")
            texts += [(local, scope), (when, scope)]
    for text, names in texts:
        if text:
            program = parse(text)
            assert {*program.inputs} <= names, text
            assert {*program.graph.op} <= {*TABLE, "var", "const"}, text


@every(OPS)
def test_there_is_a_rule_for_each_argument_that_is_no_count_and_for_nothing_else(op: Op) -> None:
    """An argument that must be a whole number is one by which nothing can be differentiated."""
    assert tuple(op.partials) == tuple(param for param in op.params if f"{param} == floor({param})" not in op.domain)
    assert op.partials
    assert {*op.textbook} <= {*op.partials}
    assert {*op.defaults} <= {*op.params}


@every(OPS)
def test_flat_is_declared_exactly_where_every_rule_is_zero(op: Op) -> None:
    assert bool(op.flat) == all(rule == "0" for rule in op.partials.values())


@every(OPS)
def test_defaults_are_literals_and_come_last(op: Op) -> None:
    for text in op.defaults.values():
        assert literal(text) is not None
    assert [*op.params][len(op.params) - len(op.defaults) :] == [*op.defaults]


@every(OPS)
def test_the_latex_template_takes_the_names_of_the_arguments(op: Op) -> None:
    filled = op.latex.format(**{param: f"<{param}>" for param in op.params})
    for param in op.params:
        assert f"<{param}>" in filled or param in op.defaults
    assert filled.count("{") == filled.count("}")


@every([op for op in OPS if not op.base])
def test_the_name_and_every_alias_find_the_operation(op: Op) -> None:
    for spelling in (op.spelling, *op.aliases):
        assert op in named(spelling)
        assert spelling in functions()


@every([op for op in OPS if op.base])
def test_another_rule_for_an_operation_has_its_value_and_its_spelling(op: Op) -> None:
    base = TABLE[op.base]
    assert (op.spelling, op.params, op.variadic, op.latex) == (base.spelling, base.params, base.variadic, base.latex)
    assert op not in named(op.spelling)
    assert op.partials != base.partials


@every(OPS)
def test_a_primitive_is_spelled_by_floats_and_arrays_and_nothing_else_is(op: Op) -> None:
    assert (op.value is None and not op.base) == (op.name in SCALAR) == (op.name in SPELLED)


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match="sin"):
        enter(Op("sin(x)", "Another sine."), "trigonometric")


def test_the_groups_hold_the_whole_table_once() -> None:
    assert [op for _, operations in GROUPS for op in operations] == list(TABLE.values())


# Golden points


@every(OPS)
def test_every_operation_has_a_golden_point_with_an_origin(op: Op) -> None:
    assert op.golden
    for golden in op.golden:
        assert re.match(r"by hand|mpmath, 50 digits|convention|by definition|3 pi/4", golden.origin)
        count = len(golden.at)
        assert op.takes(count)
        assert len(golden.slopes) == count


@goldens()
def test_golden_values_and_slopes_come_out(op: Op, golden: Golden) -> None:
    """To 1e-15 relative, or to what two ulps of an argument do to the value."""
    use = Use(op, len(golden.at))
    value, slopes = use.run(golden.at)
    carried = sum(abs(x * slope) for x, slope in zip(golden.at, golden.slopes, strict=True) if slope - slope == 0)
    assert value == golden.value or abs(value - golden.value) <= 1e-15 * abs(golden.value) + 2 * EPS * carried
    for place, (got, want) in enumerate(zip(slopes, golden.slopes, strict=True)):
        missing = 0.0 if place in use.places else nan
        assert near(missing if got is None else got, want, 5)


# By another route: mpmath knows nothing of the table.


def test_mpmath_knows_every_operation_that_has_a_slope() -> None:
    assert {*REFERENCE} == {op.name for op in SIDED if not op.base}


def along(function: Any, at: list[Any], place: int) -> Any:
    """A function of several arguments as one of a single argument."""
    return lambda moved: function(*at[:place], moved, *at[place + 1 :])


@goldens(lambda op: not op.flat)
def test_golden_numbers_are_those_of_mpmath(op: Op, golden: Golden) -> None:
    if golden.value - golden.value != 0:
        return  # mpmath raises at a pole
    function = REFERENCE[op.base or op.name][0]
    at = [mp.mpf(x) for x in golden.at]
    assert near(float(function(*at)), golden.value, 1)
    for place, want in enumerate(golden.slopes):
        # A convention and an infinite slope are not limits of differences.
        if golden.origin.startswith("convention") or want - want != 0 or at == [0] * len(at):
            continue
        got = slope(along(function, at, place), at[place])
        # mpmath's difference is good to about 30 digits of the value, which may be far larger than the slope.
        assert abs(got - want) <= EPS * abs(want) + mp.mpf(10) ** -20 * abs(function(*at))


@every(SIDED)
def test_the_slopes_of_the_reference_are_differences_of_its_values(op: Op) -> None:
    """The closed forms that the accuracy of slopes is measured by are differences of the values, to 20 digits."""
    function, *slopes = REFERENCE[op.base or op.name]
    use = Use(op)
    for at in smooth_points(op):
        exact = [mp.mpf(x) for x in at]
        for place, closed in zip(use.places, slopes, strict=True):
            got = slope(along(function, exact, place), exact[place])
            assert abs(got - closed(*exact)) <= mp.mpf(10) ** -20 * (1 + abs(got)), (at, place)


@every(SIDED)
def test_values_are_those_of_mpmath_wherever_the_operation_is_smooth(op: Op) -> None:
    use = Use(op)
    for at in smooth_points(op):
        value, slopes = use.run(at)
        want = REFERENCE[op.base or op.name][0](*[mp.mpf(x) for x in at])
        carried = sum(abs(x * slope) for x, slope in zip(at, slopes, strict=True) if slope is not None)
        assert abs(value - want) <= 4 * EPS * (abs(want) + carried), at


# Slopes, by routes that do not share the rule under test


@every(OPS)
def test_there_are_points_to_try(op: Op) -> None:
    assert len(smooth_points(op)) >= 4


@every([op for op in OPS if not op.flat.startswith("is cut")])
def test_slopes_are_central_differences(op: Op) -> None:
    """In 50 digits, where a difference over a step of 1e-16 is right to 30 of them."""
    use = Use(op)
    for at in smooth_points(op):
        exact = [mp.mpf(x) for x in at]
        _, slopes = use.run(exact, PRECISE)
        for place in use.places:
            got, want = slopes[place], slope(use.along(exact, place), exact[place])
            assert abs((got or 0) - want) <= mp.mpf(10) ** -20 * (1 + abs(want)), (at, place)


@every(OPS)
def test_floats_give_the_slopes_of_50_digits(op: Op) -> None:
    use = Use(op)
    for at in smooth_points(op):
        for got, want in zip(use.run(at)[1], use.run([mp.mpf(x) for x in at], PRECISE)[1], strict=True):
            assert (got is None) == (want is None)
            assert got is None or abs(got - want) <= 200 * EPS * (abs(want) + 0.01), at


@every(OPS)
def test_the_symbolic_derivative_has_the_same_slopes(op: Op) -> None:
    use = Use(op)
    made = derivative(use.graph, use.node, use.free)
    for at in smooth_points(op):
        values = forward(use.graph, FLOATS, dict(zip(use.arguments, at, strict=True)), max(made) + 1)
        slopes = use.run(at)[1]
        for node, want in zip(made, [slopes[place] for place in use.places], strict=True):
            assert near(values[node], 0.0 if want is None else want, 4)


@every(OPS)
def test_second_derivatives_are_central_differences_of_the_first(op: Op) -> None:
    use = Use(op)
    first = derivative(use.graph, use.node, use.free)
    second = [derivative(use.graph, node, use.free) for node in first]
    points = smooth_points(op)
    for at in [*points[:: max(1, len(points) // 30)], *equal_points(op)]:
        inputs = dict(zip(use.arguments, (mp.mpf(x) for x in at), strict=True))
        for node, row in zip(first, second, strict=True):
            for argument, got in zip(use.free, precisely(use.graph, inputs, row), strict=True):
                want = slope(use.node_along(node, inputs, argument), inputs[argument])
                assert abs(got - want) <= mp.mpf(10) ** -18 * (1 + abs(want)), at


# The exponent of powc is a constant; `n = 0` has no edge, and a mixed derivative by n is nobody's question.
@every([op for op in OPS if op.name != "powc"])
def test_mixed_second_derivatives_agree_also_where_an_argument_is_zero_or_one(op: Op) -> None:
    """d2/dxdy = d2/dydx: a condition that closes an edge on a line must not hide how the slope varies across it."""
    use = Use(op)
    first = derivative(use.graph, use.node, use.free)
    second = [derivative(use.graph, node, use.free) for node in first]
    for at in itertools.product((0.0, 1.0, 0.7, 2.0), repeat=use.count):
        if not holds(op, op.smooth, at) or any(holds(op, kink.where, at) for kink in op.kinks):
            continue
        rows = [precisely(use.graph, dict(zip(use.arguments, at, strict=True)), row) for row in second]
        for one, other in itertools.combinations(range(len(use.free)), 2):
            assert abs(rows[one][other] - rows[other][one]) <= mp.mpf(10) ** -30, at


@every([op for op in OPS if op.textbook])
def test_the_textbook_form_is_the_accurate_form(op: Op) -> None:
    """In 50 digits, where both are well conditioned."""
    plain, textbook = Use(op), Precise(textbook=True)
    for at in smooth_points(op):
        exact = [mp.mpf(x) for x in at]
        for got, want in zip(plain.run(exact, textbook)[1], plain.run(exact, PRECISE)[1], strict=True):
            assert abs((got or 0) - (want or 0)) <= mp.mpf(10) ** -40 * (1 + abs(want or 0)), at


@every([op for op in OPS if op.textbook])
def test_a_textbook_form_is_written_only_where_it_differs(op: Op) -> None:
    for param, text in op.textbook.items():
        assert text != op.partials[param]


# Kinds of number agree


def kind_of(value: float) -> str:
    """nan, or sign and whether it is infinite, a number, or zero."""
    if value != value:
        return "nan"
    size = "inf" if math.isinf(value) else "number" if value else "zero"
    return f"{'-' if math.copysign(1.0, value) < 0 else '+'}{size}"


@pytest.mark.parametrize(
    ("op", "count"),
    [(op, count) for op in OPS for count in ((1, 2, 3) if op.variadic else (len(op.params),))],
    ids=lambda case: case.name if isinstance(case, Op) else str(case),
)
def test_arrays_follow_floats_on_special_values(op: Op, count: int) -> None:
    use = Use(op, count)
    points = list(itertools.product(SPECIAL, repeat=count))
    with np.errstate(all="ignore"):
        value, slopes = use.run([np.array(column) for column in zip(*points, strict=True)], LANES)
    lanes = [np.broadcast_to(0.0 if each is None else each, len(points)) for each in (value, *slopes)]
    for place, at in enumerate(points):
        value, slopes = use.run(at)
        for got, want in zip(lanes, (value, *slopes), strict=True):
            want = 0.0 if want is None else want
            assert kind_of(float(got[place])) == kind_of(want), at
            assert near(float(got[place]), want, 4), at


EXPONENTS = [-3.0, -2.0, -1.0, -0.5, -0.0, 0.0, 1 / 3, 0.5, 1.0, 1.5, 2.0, 3.0, inf, -inf, nan]


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_arrays_follow_floats_in_powers_with_one_exponent(exponent: float) -> None:
    """NumPy has short cuts for a single exponent: squares, roots and reciprocals."""
    use = Use(TABLE["powc"])
    with np.errstate(all="ignore"):
        lanes, slopes = use.run([np.array(SPECIAL), np.float64(exponent)], LANES)
    for place, x in enumerate(SPECIAL):
        value, wanted = use.run((x, exponent))
        assert kind_of(float(lanes[place])) == kind_of(value), x
        assert near(float(lanes[place]), value, 4), x
        for got, want in zip(slopes, wanted, strict=True):
            want = 0.0 if want is None else want
            got = float(np.broadcast_to(0.0 if got is None else got, len(SPECIAL))[place])
            assert kind_of(got) == kind_of(want), x
            assert near(got, want, 4), x


@every(OPS)
def test_bare_floats_and_guarded_floats_are_the_same_function(op: Op) -> None:
    bare, guarded = FLOATS.functions[op.name], FLOATS.guarded[op.name]
    count = 2 if op.variadic else len(op.params)
    raised = 0
    for at in itertools.product(SPECIAL, repeat=count):
        careful = guarded(*at)
        try:
            quick = bare(*at)
        except (ArithmeticError, ValueError):
            # Python raises where IEEE has inf or nan; a composed operation may go on from there, as 1/inf does.
            raised += 1
            assert op.value is not None or careful - careful != 0
            continue
        assert repr(float(quick)) == repr(float(careful))
    assert raised < len(SPECIAL) ** count


@every(OPS)
def test_there_is_a_value_in_the_domain_and_none_outside(op: Op) -> None:
    """Outside a primitive's domain the value is nan or infinite."""
    use = Use(op)
    finite = [value for value in SPECIAL if value - value == 0 and abs(value) < 100]
    for at in itertools.product(finite, repeat=use.count):
        value, _ = use.run(at)
        if holds(op, op.domain, at):
            assert value - value == 0, at
        elif op.value is None:
            assert value - value != 0, at


# Edges


@every([op for op in OPS if op.flat])
def test_nothing_flows_through_a_flat_operation(op: Op) -> None:
    use = Use(op)
    for at in itertools.product(SPECIAL, repeat=use.count):
        assert use.run(at)[1] == [None] * use.count


UNRULED = [(op, place) for op in OPS for place, param in enumerate(op.params) if param not in op.partials]


@pytest.mark.parametrize(("op", "place"), UNRULED, ids=[f"{op.name}-{op.params[place]}" for op, place in UNRULED])
def test_an_argument_without_a_rule_is_refused_by_every_kind_of_number(op: Op, place: int) -> None:
    """Absent is not zero: the answer is that there is no rule, and not 0."""
    use = Use(op)
    for kind in (FLOATS, PRECISE, LANES):
        values = forward(use.graph, kind, dict.fromkeys(use.arguments, kind.constant(1)), use.node + 1)
        with pytest.raises(InputError) as caught:
            reverse(use.graph, kind, values, use.node, kind.constant(1), bytearray(len(use.graph)))
        assert caught.value.kind == "no-rule-in-table"
        assert caught.value.facts["param"] == op.params[place]
    with pytest.raises(InputError, match=f"{op.spelling} has no rule for its derivative by {op.params[place]}"):
        derivative(use.graph, use.node, [use.arguments[place]])


@every([op for op in OPS if not op.variadic and any(" if " in rule for rule in op.partials.values())])
def test_a_closed_edge_is_absent_and_an_open_one_is_not(op: Op) -> None:
    use = Use(op)
    states = set()
    for at in itertools.product((-2.0, -1.0, 0.0, 0.5, 1.0, 3.0), repeat=use.count):
        value, slopes = use.run(at)
        if value != value:
            continue
        for param, slope_there in zip(op.params, slopes, strict=True):
            local, when = partial_text(op, param, False)
            if when and local != "0":
                open_ = holds(op, when, at, value)
                states.add(open_)
                assert (slope_there is not None) == open_, (at, param)
    assert states == {True, False}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("name", ["max", "min"])
def test_the_largest_arguments_share_the_slope_equally(name: str, count: int) -> None:
    """Every arrangement of three values over the arguments, in floats and in arrays."""
    use = Use(TABLE[name], count)
    choose = max if name == "max" else min
    points = list(itertools.product((-1.0, 0.0, 2.0), repeat=count))
    _, lanes = use.run([np.array(column) for column in zip(*points, strict=True)], LANES)
    for place, at in enumerate(points):
        best = choose(at)
        share = 1 / at.count(best)
        value, slopes = use.run(at)
        assert value == best
        assert slopes == [share if x == best else None for x in at]
        assert [float(lane[place]) for lane in lanes] == [share if x == best else 0.0 for x in at]


KINK_POINTS = (0.0, 1.0, -1.0, 0.5, 1.5, 2.0, -0.5, 3.0, -3.0, 6.0)


def promised(convention: str, op: Op, at: tuple[float, ...]) -> list[float]:
    """The slopes that the words of a convention promise: by all arguments, or by the first."""
    if convention == "slope 0" or convention.startswith("slope 0,"):
        return [0.0] * len(at)
    if convention.startswith("slope 1 in"):
        return [1.0]
    if convention.startswith("slope 1:"):
        return [1.0] + [0.0] * (len(at) - 1)
    if convention == "the slope on the left":
        return [Use(op).run((at[0] - 1e-300, *at[1:]))[1][0] or 0.0]
    if convention.startswith("the slope of both sides"):
        left, right = (Use(op).run((at[0] + step, *at[1:]))[1][0] for step in (-1e-300, 1e-300))
        assert left == right
        return [left]
    if convention.startswith("each of the") and convention.endswith("gets an equal share"):
        return [1 / len(at) for _ in at]
    if convention.endswith("gets the whole slope"):
        return [float(place == (0 if "first" in convention else len(at) - 1)) for place in range(len(at))]
    raise AssertionError(f"no test knows what {convention!r} promises")


@pytest.mark.parametrize(
    ("op", "kink"), [(op, kink) for op in OPS for kink in op.kinks], ids=lambda case: getattr(case, "name", "")
)
def test_the_convention_at_each_kink_is_kept(op: Op, kink: Kink) -> None:
    use = Use(op)
    points = [at for at in itertools.product(KINK_POINTS, repeat=use.count) if holds(op, kink.where, at)]
    assert points
    for at in points:
        slopes = [slope or 0.0 for slope in use.run(at)[1]]
        want = promised(kink.convention, op, at)
        assert slopes[: len(want)] == want, at
        # What books print has no value at some corners; where it has one, it is the same.
        printed = use.run([mp.mpf(x) for x in at], Precise(textbook=True))[1]
        for got, wanted in zip(printed, want, strict=False):
            assert got is None or mp.isnan(got) or abs(got - wanted) <= 4 * EPS * abs(wanted), at


LEFT = [op for op in OPS if any(kink.convention == "the slope on the left" for kink in op.kinks)]


@every(LEFT)
def test_the_formula_on_the_left_holds_to_second_order(op: Op) -> None:
    """At the corner itself, and where the parameters are such that there is none."""
    use = Use(op)
    (first, *_) = derivative(use.graph, use.node, use.free)
    (second,) = derivative(use.graph, first, use.free[:1])
    for rest in itertools.product((1.0, 0.5, 2.0), repeat=use.count - 1):
        rows = [dict(zip(use.arguments, (x, *rest), strict=True)) for x in (0.0, -1e-30)]
        here, beside = (precisely(use.graph, row, [second])[0] for row in rows)
        assert abs(here - beside) <= mp.mpf(10) ** -25 * abs(beside), rest


@every([op for op in OPS if op.kinks])
def test_at_a_kink_the_slope_really_jumps_or_the_value_does(op: Op) -> None:
    """A declared kink is one: the differences to both sides disagree, or one of them is no number."""
    use = Use(op)
    for kink in op.kinks:
        points = [at for at in itertools.product(KINK_POINTS, repeat=use.count) if holds(op, kink.where, at)]
        jumps = 0
        for at in points:
            exact = [mp.mpf(x) for x in at]
            step = mp.mpf(10) ** -20
            middle = use.run(exact, PRECISE)[0]
            sides = []
            for place, sign in itertools.product(range(use.count), (1, -1)):
                moved = [*exact[:place], exact[place] + sign * step, *exact[place + 1 :]]
                sides.append(sign * (use.run(moved, PRECISE)[0] - middle) / step)
            jumps += any(
                not abs(right - left) <= mp.mpf(10) ** -10 or abs(right) > mp.mpf(10) ** 15
                for right, left in zip(sides[::2], sides[1::2], strict=True)
            )
        assert jumps == len(points), kink.where
