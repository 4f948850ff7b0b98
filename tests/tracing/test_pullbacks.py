"""Rules of one's own that say what they make of the upstream value `g`."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli.engine.point import gradient
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.tracing.rules import check_rules

PULLED = [
    # program, point, gradient by x; by hand
    ("f(u) = u^2; d f/du = g*2*u; 3*f(x)", 2.0, 12.0),
    ("f(u) = u; surrogate d f/du = clip(g, -1, 1); 3*f(x)", 2.0, 1.0),
    ("f(u) = u; surrogate d f/du = -g; 3*f(x)", 2.0, -3.0),
    ("f(u) = sum(u^2); d f/du = g*2*u; 3*f(x)", [1.0, 2.0], [6.0, 12.0]),
    ("f(u) = u; surrogate d f/du = clip(g, -0.5, 0.5); sum(3*f(x))", [1.0, 2.0], [0.5, 0.5]),
    ("f(u) = u.T; d f/du = g.T; f(x)[0, 1]", [[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [1.0, 0.0]]),
]


@pytest.mark.parametrize(("text", "at", "slope"), PULLED)
def test_a_rule_may_say_what_it_makes_of_the_upstream_value(text: str, at: object, slope: object) -> None:
    program = parse(text)
    check_rules(program)
    point = gradient(program, {"x": np.array(at)})
    np.testing.assert_array_equal(point.gradient["x"], np.array(slope))


@pytest.mark.parametrize(
    "text",
    [
        "f(u) = sum(u^2); d f/du = 3*u; f(x)",
        "f(u) = u.T; d f/du = 2*g.T; f(x)[0, 0]",
        "f(u) = u^2; d f/du = g*u; f(x)",
    ],
)
def test_a_wrong_rule_of_that_kind_is_found(text: str) -> None:
    with pytest.raises(InputError) as caught:
        check_rules(parse(text))
    assert caught.value.kind == "wrong-rule"
