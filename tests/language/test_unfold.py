"""Functions taken apart: what they stand for, step by step, with the same value and slopes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpcli.engine.point import gradient
from bpcli.errors import InputError
from bpcli.language.reader import parse
from bpcli.ops import TABLE

# function -> a program with it, and a point that lies at no corner and no border of a domain
VECTOR, ROWS = [0.5, -1.25, 2.0], [[0.5, -1.25, 2.0], [1.5, 0.25, -0.75]]
PROGRAMS: dict[str, tuple[str, dict[str, Any]]] = {
    "softmax": ("sum(softmax(x)*[1, 2, 3])", {"x": VECTOR}),
    "log_softmax": ("sum(log_softmax(x, axis=0)*[1, 2, 3])", {"x": ROWS}),
    "logsumexp": ("sum(logsumexp(x, axis=1)*[1, 2])", {"x": ROWS}),
    "cross_entropy": ("cross_entropy(x, [[0, 1, 0], [0.5, 0.25, 0.25]])", {"x": ROWS}),
    "trace": ("trace(x @ x.T)", {"x": ROWS}),
    "dropout": ("sum(dropout(x, 0.25, seed=3)*x)", {"x": ROWS}),
    "norm": ("norm(x)", {"x": ROWS}),
    "mean": ("sum(mean(x, axis=0, keepdims=1)*[[1, 2, 3]])", {"x": ROWS}),
}


def point_of(op: str) -> tuple[str, dict[str, Any]]:
    if op in PROGRAMS:
        return PROGRAMS[op]
    declared = TABLE[op]
    if declared.of_tensors:
        arguments = dict(zip(declared.params, (ROWS, [[0.25, 1.0, 0.0], [0.5, 1.0, 0.0]]), strict=False))
        if op == "bce":
            arguments = {"p": [0.25, 0.5], "y": [0.0, 0.75]}
        return f"sum({declared.spelling}({', '.join(arguments)})*2)", arguments
    places = declared.golden[0].at
    names = [f"x{place}" for place in range(len(places))]
    return f"{declared.spelling}({', '.join(names)})", dict(zip(names, places, strict=True))


UNFOLDED = [
    op.name
    for op in TABLE.values()
    if op.unfolded and not op.base and op.spelling.isidentifier() and op.name not in ("unit", "gamma")
]


@pytest.mark.parametrize("op", UNFOLDED)
def test_a_function_and_what_it_stands_for_have_one_value_and_one_gradient(op: str) -> None:
    text, at = point_of(op)
    given = {name: np.array(value) for name, value in at.items()}
    folded = gradient(parse(text), given)
    program = parse(text, unfold=[TABLE[op].spelling])
    assert TABLE[op].name not in {each.partition(" ")[0] for each in program.graph.op}
    unfolded = gradient(program, given)
    assert unfolded.value == pytest.approx(folded.value, rel=1e-12, abs=1e-12)
    for name, slope in folded.gradient.items():
        np.testing.assert_allclose(unfolded.gradient[name], slope, rtol=1e-10, atol=1e-12)


def test_what_is_inside_is_unfolded_too() -> None:
    program = parse("mse(p, y)", unfold=["mse", "mean"])
    names = {op.partition(" ")[0] for op in program.graph.op}
    assert "sum" in names
    assert not names & {"mse", "mean"}


@pytest.mark.parametrize(("name", "kind"), [("relo", "unfold-unknown"), ("sin", "unfold-primitive")])
def test_what_cannot_be_unfolded_is_named(name: str, kind: str) -> None:
    with pytest.raises(InputError) as caught:
        parse("x", unfold=[name])
    assert caught.value.kind == kind


def test_cross_entropy_of_class_numbers_unfolds_to_the_same_loss() -> None:
    # PyTorch 2.13: cross_entropy(tensor([1., 2., 3.]), tensor(2)) and its gradient
    found = gradient(parse("cross_entropy(z, 2)", unfold=["cross_entropy"]), {"z": np.array([1.0, 2.0, 3.0])})
    assert found.value == pytest.approx(0.40760596444438)
    np.testing.assert_allclose(found.gradient["z"], [0.09003057317038, 0.24472847105480, -0.33475904422518])
    rows = np.array([[1.0, 2.0, 3.0], [1.0, 0.0, 0.0], [0.0, 0.0, 5.0]])
    found = gradient(parse("cross_entropy(z, [0, 1, 2])", unfold=["cross_entropy"]), {"z": rows})
    # by hand: the mean of log(1 + e + e^2), log(2 + e), log(1 + 2*exp(-5))
    assert found.value == pytest.approx((2.4076059644443806 + 1.5514447139320509 + 0.013385901721448918) / 3)
    with pytest.raises(InputError, match="no class number"):
        gradient(parse("cross_entropy(z, 7)", unfold=["cross_entropy"]), {"z": rows[0]})


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 3)])
def test_cross_entropy_unfolds_to_what_books_print(shape: tuple[int, ...]) -> None:
    """A mean over rows of sums over classes: no counts of entries, which have no slope, on the way."""
    given = {"x": np.arange(np.prod(shape), dtype=float).reshape(shape) ** 1.5 / 4}
    program = parse("cross_entropy(x, x*0 + 0.25)", unfold=["cross_entropy"])
    assert not {"count", "div"} & {op.partition(" ")[0] for op in program.graph.op}
    folded = gradient(parse("cross_entropy(x, x*0 + 0.25)"), given)
    found = gradient(program, given)
    assert found.value == pytest.approx(folded.value)
    np.testing.assert_allclose(found.gradient["x"], folded.gradient["x"], rtol=1e-12, atol=1e-15)
