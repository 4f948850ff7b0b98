"""How traces of tensors look: shapes, rules, summaries, matrices in every format, and the words beside them."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bpcli
from bpcli.errors import display_width
from bpcli.language.reader import parse
from bpcli.numbers import show
from bpcli.ops import TABLE
from bpcli.render import latex
from bpcli.render.arrays import flat, stacked
from bpcli.render.frames import frames
from bpcli.render.json.traces import trace_dict
from bpcli.render.languages import LANGUAGES, texts
from bpcli.render.languages.en.tensors import TENSOR_RULES
from bpcli.render.narration import LEVELS, edge_sentence, narration
from bpcli.render.plain import trace_lines
from bpcli.render.tensor_words import KINDS, tensor_mechanism
from bpcli.tracing.record import Trace, record
from bpcli.tracing.stored import restored
from bpcli.tracing.summaries import Summary, is_small
from conftest import call
from ops.tensor_uses import USES

NET = "h = relu(W1@x + b1); z = W2@h + b2; L = sum((z - t)^2)/2"
AT = {
    "W1": [[1, -1], [0.5, 2], [0, 1]], "x": [1, 2], "b1": [0, 0.5, -1], "W2": [[1, 2, 3], [-1, 0, 1]], "b2": [0, 1],
    "t": [1, 2],
}  # fmt: skip
FROM_SHELL = [word for name, value in AT.items() for word in (f"--{name}", json.dumps(value))]
CHINESE = re.compile("[\u4e00-\u9fff]")


def traced(text: str, at: dict[str, Any], **more: Any) -> Trace:
    given = {name: np.array(value, dtype=float)[()] for name, value in at.items()}
    return record(parse(text, given=list(given)), given, **more)


def test_a_row_back_says_what_g_is_the_rule_its_shapes_and_what_arrives() -> None:
    lines = call("trace", NET, *FROM_SHELL).out.splitlines()
    start = lines.index("  4  f -> W2    g = dL/df = [12, 0]")
    # By hand: 12 times h = [0, 5, 1], and 0 times it.
    assert lines[start + 1 : start + 4] == [
        "     dL/dW2 = outer(g, h)    (2,) outer (3,) -> (2, 3)  ✓ shape of W2",
        "            = [[0, 60, 12],",
        "               [0,  0,  0]]",
    ]


def test_what_was_copied_has_lines_of_its_own() -> None:
    out = call("trace", "sum(X + b)", "--X", "[[1,2],[3,4],[5,6]]", "--b", "[1,2]").out
    assert "     b was copied to 3 rows, so its gradient is the sum over those rows:\n" in out
    assert "     dy/db = sum(g, axis=0)    (3, 2) -> (2,)  ✓ shape of b\n           = [3, 3]\n" in out


def test_steps_between_numbers_are_true_as_printed() -> None:
    out = call("trace", NET, *FROM_SHELL).out
    assert "144 / 2 = 72" in out
    assert "     d(n/2)/dn = 0.5\n     dL/dn = 1 * 0.5 = 0.5\n" in out


def test_roles_are_told_as_far_as_they_are_known() -> None:
    asked = call("trace", "mean((X@w - t)^2)", "--X", "[[1,2]]", "--w", "[1,2]", "--t", "[3]", "--wrt", "w").out
    assert re.search(r"X +data ", asked) and re.search(r"w +parameter ", asked)
    assert re.search(r"X +input ", call("trace", "sum(X)", "--X", "[[1,2]]").out)


@pytest.mark.parametrize(
    ("shape", "small"), [((4, 4), True), ((8,), True), ((9,), False), ((5, 2), False), ((2, 2, 2), True), ((), True)]
)
def test_up_to_four_by_four_is_shown_in_full(shape: tuple[int, ...], small: bool) -> None:
    assert is_small(shape) == small


def test_a_summary_is_of_all_entries() -> None:
    found = Summary(np.array([[3.0, -4.0, 0.0, 0.0, 0.0, 0.0]]))
    # By hand: the root of 9 + 16; the mean of six entries that add up to -1.
    assert (found.norm, found.low, found.high, found.mean) == (5, -4, 3, pytest.approx(-1 / 6))
    assert found.corner.tolist() == [[3, -4]]
    assert Summary(np.array([1e200, 1e200, 0, 0, 0, 0, 0, 0, 0])).norm == pytest.approx(2**0.5 * 1e200)


def test_large_arrays_are_summaries_unless_all_of_them_is_asked_for() -> None:
    words = ["trace", "sum(X*2)", "--X", "reshape(arange(12), 2, 6)"]
    # By hand: 0..11 squared add up to 506; the mean is 5.5.
    short, full = call(*words).out, call(*words, "--full").out
    assert "norm 22.4944, min 0, mean 5.5, max 11" in short and "corner [[0, 1], [6, 7]]" in short
    assert "[6, 7, 8, 9, 10, 11]" not in short and "[6, 7, 8, 9, 10, 11]]" in full and "norm" not in full


def test_columns_of_a_matrix_stand_below_one_another() -> None:
    cube = np.arange(8.0).reshape(2, 2, 2) * -5
    assert stacked(cube, show) == "[[[  0,  -5],\n  [-10, -15]],\n [[-20, -25],\n  [-30, -35]]]"
    assert flat(stacked(cube, show)) == show(cube)


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_stay_within_the_screen(width: int, language: str) -> None:
    draw = np.random.Generator(np.random.PCG64(3))
    for shapes in ((3, 4, 4), (128, 32, 2)):
        rows, inner, columns = shapes
        sizes = {"X": (rows, inner), "W": (inner, columns), "b": (columns,)}
        given = {name: draw.normal(size=size) for name, size in sizes.items()}
        trace = record(parse("mean((X@W + b)^2)"), given)
        for line in trace_lines(trace, width=width, language=language):
            assert display_width(line) <= width, line


def test_every_step_is_a_frame_and_the_inputs_are_one() -> None:
    trace = traced(NET, AT)
    # The start, the inputs, nine steps, fourteen edges, the result.
    assert len(trace.backward) == 14
    assert len(frames(trace)) == 1 + 1 + 9 + 14 + 1


@pytest.mark.parametrize(
    ("text", "written"),
    [
        # A vector is a column, as in W x; a long one is a row that is transposed, and [[1, 2]] is a row.
        ("[1, -2]", r"\begin{pmatrix}1 \\ -2\end{pmatrix}"),
        ("[1, 2, 3, 4, 5, 6, 7, 8, 9]", r"\begin{pmatrix}1 & 2 & 3 & 4 & 5 & 6 & 7 & 8 & 9\end{pmatrix}^\top"),
        ("[[1, 2]]", r"\begin{pmatrix}1 & 2\end{pmatrix}"),
        ("[[1, 2], [3, 4]]", r"\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}"),
        ("h - [1, 2]", r"h - \begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
    ],
)
def test_vectors_are_columns_in_latex(text: str, written: str) -> None:
    assert latex.mathematics(text, ("h",)) == written


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_pdflatex_compiles_a_trace_of_tensors(tmp_path: Path) -> None:
    page = call("trace", NET, *FROM_SHELL, "--format", "latex", "--explain", "normal").out
    assert r"\begin{pmatrix}0 & 60 & 12 \\ 0 & 0 & 0\end{pmatrix}" in page
    # Entry by entry: the sign of Hadamard's product.
    assert r"\begin{pmatrix}0.5 \\ 0.5\end{pmatrix} \circ \begin{pmatrix}24 \\ 0\end{pmatrix}" in page
    (tmp_path / "page.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_ascii_is_ascii_and_markdown_has_no_broken_rows() -> None:
    assert call("trace", NET, *FROM_SHELL, "--format", "ascii").out.isascii()
    lines = call("trace", NET, *FROM_SHELL, "--format", "md").out.splitlines()
    assert "`dL/dW2 = outer(g, h)`<br>`(2,) outer (3,) -> (2, 3)  ✓ shape of W2`" in "\n".join(lines)
    bars = [len(re.findall(r"(?<!\\)\|", line)) for line in lines if line.startswith("|")]
    assert set(bars) == {5, 6, 7}  # four columns of inputs, six forward, five backward: bars at both ends


@pytest.mark.parametrize("kind", ["svg", "dot", "mermaid"])
def test_pictures_have_values_that_are_short_sizes_of_others_and_the_rules(kind: str) -> None:
    picture = call("trace", NET, *FROM_SHELL, "--format", kind).out
    for piece in ("outer(g, h)", "W2.T @ g", "[[1, -1], [0.5, 2], [0, 1]]", "[13, 2]"):
        assert piece in picture.replace("&quot;", '"')


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("cross_entropy(x, 1)", "g * (softmax(x) - one_hot(1, 2))"),
        ("cross_entropy(x, t)", "g * (softmax(x) - t)"),
        ("bce(x, t)", "rule of bce"),  # two long ones would stand side by side
    ],
)
def test_a_line_has_its_rule_where_there_is_room_for_it(text: str, rule: str) -> None:
    given = ["--x", "[0.2,0.3]", *(["--t", "[0,1]"] if "t)" in text else [])]
    out = call("graph", text, *given).out
    assert rule in out and ("rule of" in out) == ("rule of" in rule)


@pytest.mark.parametrize(
    ("language", "vector", "matrix"), [("en", "vector of 12", "12x3 matrix"), ("zh", "12 维向量", "12x3 矩阵")]
)
def test_a_drawing_says_vector_and_matrix_of_what_does_not_fit(language: str, vector: str, matrix: str) -> None:
    text = ["graph", "sum(W@x)", "--W", "ones(12, 3)", "--x", "[1,2,3]", "--lang", language]
    drawn = call(*text).out
    assert f"= {vector}" in drawn and f"= {matrix}" in drawn


LITERALS = "A = [[1,2],[3,4]]; B = [[1,2],[-3,4]]; z = A@x + B@x; L = sum(z^2)"


def test_an_array_of_numbers_is_one_thing() -> None:
    trace = traced(LITERALS, {"x": [1.0, 2.0]})
    # By hand: two products, a sum, a square and a sum; x alone has two branches.
    assert [trace.names[step.node] for step in trace.forward if step.node in trace.program.graph.name] == ["z", "L"]
    assert len(trace.forward) == 5
    assert [trace.nodes[node].name for node in trace.uses] == ["x"]
    out = call("trace", LITERALS, "--x", "[1,2]").out
    assert "5 operations, x is used twice\n" in out
    assert "  A     constant  (2, 2)  [[1, 2],\n" in out


@pytest.mark.parametrize(("kind", "box"), [("svg", "<g><title>"), ("dot", "fillcolor")])
def test_an_array_of_numbers_is_one_box_and_the_title_is_the_whole_program(kind: str, box: str) -> None:
    drawn = call("graph", LITERALS, "--x", "[1,2]", "--format", kind).out
    assert drawn.count(box) == 8  # by hand: A, B, x, and five operations
    assert "A = [[1, 2], [3, 4]]; B = [[1, 2], [-3, 4]]; z = A @ x + B @ x; L = sum(z^2)" in drawn


def test_rows_that_are_equal_are_no_branches_where_nothing_is_a_variable() -> None:
    # By hand: (1 + 4)^2 + (3 + 8)^2 = 146, in a product, a square and a sum.
    trace = traced("sum(([[1,2],[3,4]] @ [1,2])^2)", {})
    assert trace.value == 146 and len(trace.forward) == 3 and not trace.uses
    header = call("trace", "sum(([[1,2],[3,4]] @ [1,2])^2)").out.split("\n")[0]
    assert header.endswith("3 operations")


def test_a_matrix_with_a_variable_in_it_is_an_operation() -> None:
    trace = traced("A = [[x,2],[3,4]]; y = sum(A)", {"x": 1.0})
    assert [trace.names[step.node] for step in trace.forward][-2:] == ["A", "y"]


def test_a_graph_of_tensors_says_what_is_on_its_lines() -> None:
    drawn = call("graph", "sum(X + b)", "--X", "[[1,2],[3,4]]", "--b", "[1,2]").out
    # By hand: two rows were made of b, and each brings 1.
    assert "dy/db = [2, 2]" in drawn and "sum(g, axis=0)" in drawn
    assert "on each line: the rule by which the gradient goes back along it" in drawn


# ---- In words

ALL = [(name, *use) for name, uses in USES.items() for use in uses]


@pytest.mark.parametrize("use", ALL, ids=lambda use: use[1])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_the_table_has_words(use: Any, language: str) -> None:
    _, text, *shapes = use
    draw = np.random.Generator(np.random.PCG64(1))
    given: dict[str, Any] = {}
    for name, shape in zip(parse(text).inputs, (each for each in shapes if isinstance(each, tuple)), strict=True):
        given[name] = np.zeros(shape) if name == "t" and "cross" in text else draw.uniform(0.1, 0.9, shape)
    trace = record(parse(f"L = sum(({text})^2)", given=list(given)), given)
    for level in LEVELS:
        for row in trace.backward:
            said = edge_sentence(trace, row, level, language=language)
            assert not re.search(r"[{}]|None|array\(", said), said
            assert (CHINESE.search(said) is not None) == (language == "zh"), said
        assert all(narration(trace, level, language=language))


def test_the_words_name_operations_and_rules_that_exist() -> None:
    assert set(KINDS) <= {op.name for op in TABLE.values()}
    kinds = {each for kind in KINDS.values() for each in ((kind,) if isinstance(kind, str) else kind)}
    by_shape = {"copy", "flip", "entrywise", "matmul pairs", "cross entropy of rows", "general"}
    assert kinds | by_shape == set(TENSOR_RULES)
    for language in LANGUAGES:
        assert set(texts(language, "TENSOR_RULES")) == set(TENSOR_RULES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # By hand: W x = (5, 11), and the derivative by x adds up the columns of W.
        ("L = sum(W@x)", "a = W @ x = [5, 11] has the shape (2,)."),
        ("L = sum(W@x)", "L = sum(a) = 16 is one number."),
        ("L = sum(W@x)", "dL/da = g = [1, 1], () -> (2,)."),
        ("L = sum(W@x)", "dL/dx = W.T @ g = [4, 6], with the shapes (2, 2) @ (2,) -> (2,)."),
        # Both parts are x; a name has one number alone, and that is the sum.
        ("L = sum(x*x)", "product = g * x = [1, 2]. That is part 1 of 2; they add up to dL/dx."),
        ("L = sum(x*x)", "That is part 2 of 2; they add up to dL/dx = [2, 4]."),
        # x is in both rows of W + x.
        ("L = sum(W+x)", "dL/dx = sum(g, axis=0) = [2, 2]."),
        ("L = cross_entropy(0*x, 0)", "target, p - y. dL/da = g * (softmax(a) - one_hot(0, 2)) = [-0.5, 0.5]."),
    ],
)
def test_the_words_have_the_numbers(text: str, said: str) -> None:
    given = {"W": [[1.0, 2.0], [3.0, 4.0]], "x": [1.0, 2.0]}
    trace = traced(text, {name: given[name] for name in parse(text, given=["W", "x"]).inputs})
    assert any(said in line for line in narration(trace, "normal"))


def test_a_long_array_has_no_place_in_a_sentence() -> None:
    words = "\n".join(narration(traced("L = sum(W@x)", {"W": np.ones((9, 2)), "x": [1.0, 2.0]}), "normal"))
    assert "a = W @ x has the shape (9,)." in words


@pytest.mark.parametrize(
    ("text", "at", "kinds"),
    [
        # By hand, from the output to the inputs.
        ("sum(W@x)", {"W": [[1, 2]], "x": [3, 4]}, ["sum", "matmul pairs", "matmul right"]),
        ("sum(A@B)", {"A": [[1, 2]], "B": [[3], [4]]}, ["sum", "matmul left", "matmul right"]),
        ("mean(x - y)", {"x": [1, 2], "y": [3, 4]}, ["mean", "copy", "flip"]),
        ("max(x*y)", {"x": [1, 2], "y": [3, 4]}, ["extreme", "entrywise", "entrywise"]),
        ("cross_entropy(x, [0])", {"x": [[1, 2]]}, ["cross entropy of rows"]),
        ("cross_entropy(x, 0)", {"x": [1, 2]}, ["cross entropy"]),
        ("softmax(x)[0]", {"x": [1, 2]}, ["place", "softmax"]),
        ("det(x.T)", {"x": [[1, 2], [3, 4]]}, ["algebra", "move"]),
        ("sum(dropout(x, 0))", {"x": [1, 2]}, ["sum", "general"]),
    ],
)
def test_the_rule_that_is_told_is_the_one_that_was_used(text: str, at: dict[str, Any], kinds: list[str]) -> None:
    trace = traced(text, at)
    assert [tensor_mechanism(trace, row) for row in trace.backward] == kinds


def test_words_say_shapes_and_copies() -> None:
    trace = traced("sum(X@W + b)", {"X": [[1, 2], [3, 4]], "W": [[1], [2]], "b": [5]})
    told = "\n".join(narration(trace, "normal"))
    assert "X.T @ g = [[4], [6]], with the shapes (2, 2) @ (2, 1) -> (2, 1)" in told
    assert "b was copied to 2 rows, so its gradient is the sum over those rows: dy/db = sum(g, axis=0) = [2]." in told
    assert "So dy/dW has the shape (2, 1), that of W" in told


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_of_arrays_has_the_drawing_and_the_tables_and_says_why_it_has_no_sliders(language: str) -> None:
    from bpcli.render.html import page_pieces

    given = {"W": np.array([[1.0, 2.0], [0.0, 1.0]]), "x": np.array([1.0, -1.0])}
    page = "".join(page_pieces(record(parse("h = relu(W @ x); L = sum(h^2)"), given), language=language))
    assert "<svg" in page and "<script" not in page and "http-equiv" in page
    assert "`" not in page and "<code>bpcli trace --element</code>" in page
    for piece in ("outer(g, x)", "W.T @ g", 'class="lines"', {"en": "no sliders", "zh": "没有滑块"}[language]):
        assert piece in page, piece


def test_a_gradient_that_is_cut_in_every_entry_has_its_rule_and_shape() -> None:
    # By hand: a = W x = [-1, -1], which relu cuts; the adjoint of c is 2*c = [0, 0].
    told = "\n".join(trace_lines(traced("sum(relu(W@x)^2)", {"W": [[1, 2], [3, 4]], "x": [1, -1]})))
    assert "dy/da = g * (a > 0)    (2,) * (2,) -> (2,)" in told
    assert "= [0, 0] * [0, 0] = [0, 0]" in told
    assert "g = dy/da = [0, 0]\n     nothing arrives\n     dy/dW = [[0, 0], [0, 0]]" in told
    assert not [line for line in told.splitlines() if line and not line.strip()]


def test_a_step_that_is_infinite_is_printed_without_a_warning() -> None:
    """1/0 between tensors: what the row is held against is calculated quietly too; warnings are errors in the tests."""
    shown = bpcli.trace("sum(x^(-1)) + W^(-1)*max([a, a])", x=[0.0, 2.0], W=0.0, a=1.0).text()
    assert "inf" in shown


@pytest.mark.parametrize("width", [None, 80, 60])
def test_the_lines_of_a_row_begin_below_its_edge_whatever_its_number(width: int | None) -> None:
    """Twelve steps: the numbers of the rows have one digit and two."""
    text = "".join(f"a{step} = {f'a{step - 1}' if step else 'x'}*1.5; " for step in range(11)) + "sum(a10)"
    lines = [*trace_lines(traced(text, {"x": [1, 2]}), width=width)]
    rows = lines[lines.index(next(line for line in lines if line.startswith("Backward"))) + 1 :]
    rows = rows[: rows.index("")]
    heads = [found for found in (re.match(r" *(\d+) +(?=\w+ -> )", line) for line in rows) if found]
    assert [head[1] for head in heads] == [str(number) for number in range(12, 0, -1)]
    assert {head.end() for head in heads} == {6}
    bodies = [line for line in rows if line.lstrip().startswith("d")]
    assert len(bodies) >= len(heads)
    assert {len(line) - len(line.lstrip()) for line in bodies} == {6}


PARTS = [  # by hand: softmax([0, log 3]) = [1/4, 3/4], and sigmoid(log 3) = 3/4
    ("cross_entropy(z, t)", {"z": [0, math.log(3)], "t": 1}, "z", {"softmax(z)": [0.25, 0.75]}),
    ("cross_entropy(z, t)", {"z": [0, math.log(3)], "t": [0, 1]}, "t",
     {"log_softmax(z)": [math.log(0.25), math.log(0.75)]}),
    ("sum(log_softmax(z)*w)", {"z": [0, math.log(3)], "w": [1, 2]}, "z", {"softmax(z)": [0.25, 0.75]}),
    ("sum(softmax(z)*w)", {"z": [0, math.log(3)], "w": [1, 2]}, "z", {}),  # has a step of its own
    ("sum(z*w)", {"z": [0, 1], "w": [1, 2]}, "z", {}),
]


@pytest.mark.parametrize(("text", "at", "name", "parts"), PARTS)
def test_a_rule_shows_the_values_of_functions_that_have_no_step(
    text: str, at: dict[str, Any], name: str, parts: dict[str, list[float]]
) -> None:
    trace = traced(text, at)
    row = next(row for row in trace.backward if trace.names[row.argument] == name and row.pull)
    assert row.pull is not None
    assert {each: pytest.approx(value) for each, value in parts.items()} == row.pull.parts
    shown = [line.strip() for line in trace_lines(trace)]
    for each, value in parts.items():
        line = shown.index(f"{each} = {show(np.array(value))}")
        assert each in shown[line + 1]
    told = json.loads(json.dumps(trace_dict(trace)))
    edge = next(edge for edge in told["backward"] if edge["edge"][1] == name and "pull" in edge)
    assert [part["name"] for part in edge["pull"].get("parts", [])] == [*parts]
    assert [*trace_lines(restored(told))] == [*trace_lines(trace)]


@pytest.mark.parametrize("format_", ["plain", "md", "latex", "html"])
def test_a_matrix_in_a_rule_is_one_value_in_every_format(format_: str) -> None:
    """By hand: softmax of equal entries is 1/2 each."""
    out = call("trace", "L = cross_entropy(z, t)", "--z", "[[0, 0], [1, 1]]", "--t", "[0, 1]", "--format", format_).out
    places = {
        "plain": "     softmax(z) = [[0.5, 0.5],\n                   [0.5, 0.5]]\n",
        "html": '<td class="lines">softmax(z) = [[0.5, 0.5],\n              [0.5, 0.5]]\ndL/dz = ',
        "md": "softmax(z) = [[0.5, 0.5], [0.5, 0.5]]",
        "latex": r"\operatorname{softmax}\left(z\right) = \begin{pmatrix}0.5 & 0.5 \\ 0.5 & 0.5\end{pmatrix}",
    }
    assert places[format_] in out
