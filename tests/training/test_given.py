"""What Python hands to bpcli.fit: columns in many forms, and words that are wrong."""

from __future__ import annotations

import numpy as np
import pytest

import bpcli
from bpcli.errors import InputError

X, Y = [0.0, 1, 2, 3], [1.0, 3, 5, 7]  # y = 1 + 2*x


class Frame:
    """A table that behaves like a data frame: `columns`, and a column by its name."""

    def __init__(self, **columns):
        self._columns = {name: Column(values) for name, values in columns.items()}
        self.columns = [*columns]

    def __getitem__(self, name):
        return self._columns[name]


class Column:
    """A column that NumPy can read, and that is no list."""

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


class OneByOne:
    """Numbers that come one by one, and nobody knows how many."""

    def __init__(self, values):
        self.values = values

    def __iter__(self):
        return iter(self.values)


FORMS = [
    ((X, Y), {}),
    ((tuple(X), np.array(Y, np.float32)), {}),
    ((range(4), OneByOne(Y)), {}),
    ((Column(X), Column(Y)), {}),
    (({"x": X, "y": Y},), {}),
    (({"y": Y, "x": X},), {}),
    ((Frame(x=X, y=Y),), {}),
    ((Frame(x=X), Y), {}),
    ((np.array([*zip(X, Y, strict=True)], dtype=[("x", float), ("y", int)]),), {}),
    ((X, Y), {"weights": [1, 2, 3, 4]}),
]


@pytest.mark.parametrize(("given", "words"), FORMS)
def test_columns_come_in_many_forms(given, words):
    for what in ({"degree": 1}, {"model": "k0 + k1*x"}):
        assert bpcli.fit(*given, **what, **words).parameters == pytest.approx({"k0": 1, "k1": 2})


def test_the_names_of_a_table_are_those_of_the_result():
    assert bpcli.fit({"t": X, "v": Y}, degree=1).equation == "v = 1 + 2*t"
    assert bpcli.fit({"t": X, "v": Y}, model="a*t + b").model.target == "v"


WRONG = [
    ((X, Y), {}, "fit-what"),
    ((X,), {"degree": 1}, "fit-no-target"),
    ((X,), {"model": "a*x"}, "fit-no-target"),
    ((X, Y), {"degree": 1, "model": "a*x"}, "two-models"),
    ((X, Y), {"model": 3}, "model-no-text"),
    (({"a": X, "b": X, "c": Y},), {"degree": 1}, "fit-several-columns"),
    (({"a": X, "b": X}, Y), {"degree": 1}, "fit-several-columns"),
    ((X, Y), {"degree": "2"}, "word-not-whole"),
    ((X, Y), {"degree": 1.5}, "word-not-whole"),
    ((X, Y), {"degree": -1}, "degree-range"),
    ((X, Y), {"degree": 61}, "degree-range"),
    *[((X, Y), {**what, "lr": lr}, "word-not-positive") for what in ({"degree": 1}, {"model": "a*x"})
      for lr in ("a", "0.1", -1, 0, float("nan"), float("inf"))],
    *[((X, Y), {**what, "steps": steps}, "word-not-whole") for what in ({"degree": 1}, {"model": "a*x"})
      for steps in ("a", -1, 2.5)],
    ((X, Y), {"model": "a*x", "init": [1]}, "word-no-dictionary"),
    ((X, Y), {"model": "a*x", "hold": {"a": "q"}}, "word-not-number"),
    ((["a", "b"], [1, 2]), {"degree": 1}, "column-not-numbers"),
    ((np.array(["2020-01-01", "2020-01-02"], "datetime64[D]"), [1, 2]), {"degree": 1}, "column-not-numbers"),
    (([1, 2, 3j], [1, 2, 3]), {"degree": 1}, "column-not-numbers"),
    (([1, None, 3], [1, 2, 3]), {"degree": 1}, "column-not-finite"),
    (([[1, 2], [3, 4]], [1, 2]), {"degree": 1}, "column-shape"),
    (([], []), {"degree": 1}, "no-points"),
    ((X, Y[:2]), {"degree": 1}, "columns-differ"),
    *[((X, Y), {**what, "weights": [1, 1, 0, 1]}, "weight-not-positive") for what in ({"degree": 1}, {"model": "a*x"})],
]  # fmt: skip


@pytest.mark.parametrize(("given", "words", "kind"), WRONG)
def test_what_cannot_be_used_is_said_in_a_sentence(given, words, kind):
    with pytest.raises(InputError) as caught:
        bpcli.fit(*given, **words)
    assert caught.value.kind == kind
    assert len(str(caught.value)) > 10


def test_a_word_that_is_none_is_refused_with_those_that_are():
    with pytest.raises(TypeError, match="does not know foo; with a model it takes target, loss, init, hold"):
        bpcli.fit(X, Y, model="a*x", foo=1)
    with pytest.raises(TypeError, match="does not know init"):
        bpcli.fit(X, Y, 1, init={"a": 1})
