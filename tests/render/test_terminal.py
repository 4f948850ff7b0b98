"""Rich pages: the same words and numbers as the plain page, in colour, whatever the width."""

from __future__ import annotations

import io
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bpcli.errors import display_width
from bpcli.language.reader import parse
from bpcli.render import layout
from bpcli.render.layout import Table
from bpcli.render.plain import trace_lines
from bpcli.render.terminal import console, table_renderable, trace_renderable
from bpcli.tracing.record import Trace, record
from calculus.programs import ALL, CUTTING, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.graph import Program

    Run = tuple[Program, dict[str, float]]

NUMBER = re.compile(r"(?<![\w.^])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def drawn(renderable: Any, width: int, color: bool = False) -> str:
    """What a terminal of this width shows, on a console that reads markup wherever it is let."""
    system = "truecolor" if color else None
    screen = Console(width=width, file=io.StringIO(), force_terminal=color, color_system=system, legacy_windows=False)
    screen.print(renderable)
    return screen.file.getvalue()  # type: ignore[attr-defined]


def page(trace: Trace, width: int, whole: bool = True) -> str:
    return drawn(trace_renderable(trace, width=width, whole=whole), width)


def traced(text: str, **at: float) -> Trace:
    return record(parse(text, given=at), at)


def numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_flagship_has_every_number_of_the_plain_page(width: int) -> None:
    trace = traced("(x+w)*w", x=2, w=3)
    assert numbers(page(trace, width)) == numbers("\n".join(trace_lines(trace)))


def test_the_tangents_of_each_input_are_labelled_with_it() -> None:
    at = {"x": 2.0, "w": 3.0}
    trace = record(parse("(x+w)*w"), at, mode="forward")
    for shown in (page(trace, 80), page(trace, 60), "\n".join(trace_lines(trace))):
        first, second = shown.split("Tangents along w")
        assert "da/dx = 1" in first and "dy/dx = 3" in first and "/dw = " not in first
        assert "da/dw = 1" in second and "da/dx" not in second
        # At 60 columns the cell goes on in the next line, below the cell of the other column: its lines apart.
        assert "dy/dw = 3 + 5 = 8 (2 of 2)" in second or ("dy/dw = 3 + 5" in second and " = 8 (2 of 2)" in second)


def test_an_input_without_an_edge_upwards_has_no_table() -> None:
    trace = record(parse("a = v; x"), {"x": 2.0, "v": 3.0}, mode="forward")
    assert "Tangents" not in page(trace, 80)


@given(valued(ALL + CUTTING), st.sampled_from(["forward", "reverse"]), st.sampled_from([60, 80]))
def test_every_page_has_every_number_of_the_plain_page(run: Run, mode: str, width: int) -> None:
    """Sums of words, not of lines: a page of 60 columns folds."""
    trace = record(*run, mode=mode)
    rich, plain = page(trace, width), "\n".join(trace_lines(trace))
    assert "…" not in rich
    missing = numbers(plain) - numbers(rich)
    # A formula that is wider than the page is continued on the next line, where a number in it may be divided.
    widest = max(len(word) for word in plain.split())
    assert not missing or widest > width - 10, missing
    assert all(len(line) <= width for line in rich.splitlines())


ORDINARY = (
    ("log(1+exp(-(w*x+b)))", {"w": 0.3, "x": 2.5, "b": -1}),
    ("p = w*x + b; L = (p - t)^2", {"w": 2, "b": -1, "x": 3, "t": 10}),
    ("tanh(w*x+b)*v", {"w": 0.3, "x": 2.5, "b": -1, "v": 2}),
    ("tanh(w*x+b)*w", {"w": 0.3, "x": 2.5, "b": -1}),
    ("a=tanh(w1*x+b1);c=tanh(w2*x+b2);y=sigmoid(v1*a+v2*c);L=-log(y)",
     {"w1": 0.3, "w2": 0.5, "v1": 1.2, "v2": -0.7, "x": 2.5, "b1": -1, "b2": 0.2}),
)  # fmt: skip


@pytest.mark.parametrize(("text", "at"), ORDINARY)
@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_ordinary_examples_are_tables_at_80_columns(text: str, at: dict[str, float], mode: str, language: str) -> None:
    trace = record(parse(text), at, mode=mode)
    rich = drawn(trace_renderable(trace, width=80, language=language), 80)
    for lines in (rich.splitlines(), [*trace_lines(trace, width=80, language=language)]):
        assert max(map(display_width, lines)) <= 80
        rows = [line.split() for line in lines if re.match(r" *\d+ {2,}\S", line)]
        assert len(rows) == len(trace.forward) + len(trace.backward) + sum(map(len, trace.tangents.values()))
        # A list names what each number is; a table says it once.
        labels = {"upstream", "tangent", "product", "local", "computes", "上游梯度", "切向导数", "局部导数", "计算"}
        assert not labels & {word for row in rows for word in row}


@pytest.mark.parametrize("width", [40, 50, 60, 70, 80])
@pytest.mark.parametrize(("text", "at"), ORDINARY)
def test_a_page_has_tables_or_lists_but_not_both(text: str, at: dict[str, float], width: int) -> None:
    trace = record(parse(text), at)
    for shown in (page(trace, width), "\n".join(trace_lines(trace, width=width))):
        lists = ["computes " + each in shown for each in ("w * x", "w1 * x")] + ["  upstream 1" in shown]
        tables = [re.search(pattern, shown) is not None for pattern in ("computes  +with", "edge  +upstream")]
        assert any(lists[:2]) == lists[2] != tables[0] == tables[1]


def test_what_looks_like_markup_is_text() -> None:
    """Rich reads [x] as a style and deletes it, and [/x] as an error."""
    table = Table(
        "[title]", ("[a]", "b"), [("[x]", "[/x]"), ("[red]5[/red]", "[w, b]"), (":smile:", "[[1,2]]")], 3, "[aside]"
    )
    for width in (80, 12):
        shown = drawn(table_renderable(table, True, width), width)
        for text in ("[title]", "[aside]", "[x]", "[/x]", "[red]5[/red]", "[w, b]", ":smile:", "[[1,2]]"):
            assert text in shown.replace("\n       ", " ").replace("\n", ""), (width, text)


@pytest.mark.parametrize("names", ["x_1 beta __a", "β W₁ Δ", "x1 x_2_3 σ2"])
def test_names_are_shown_as_they_were_typed(names: str) -> None:
    one, two, three = names.split()
    program = parse(f"{one}*{two} + {three}^2")
    at = dict(zip(program.inputs, (1.5, 2.5, 3.5), strict=True))
    for width in (60, 80):
        shown = page(record(program, at), width)
        assert all(f"dy/d{name} = " in shown for name in program.inputs)


def test_a_long_table_says_what_it_leaves_out() -> None:
    trace = traced("+".join(f"x*{number}" for number in range(2, 102)), x=2)
    for width in (60, 80, 200):
        shown = page(trace, width, whole=False)
        assert "... 159 more rows (--all shows them)" in shown
        assert "… " not in shown
        assert "more rows" not in page(trace, width, whole=True)


def test_head_and_tail_of_a_long_table_stand_below_each_other() -> None:
    trace = traced("+".join(f"x*{number}" for number in range(2, 102)), x=2)
    lines = drawn(table_renderable(layout.forward_table(trace), False, 80), 80).splitlines()
    rows = [line for line in lines if re.match(r"\d", line)]
    assert len(rows) == 40
    assert len({len(line) for line in rows}) == 1
    column = rows[0].index("x * 2")
    assert all(line[column - 1] == " " and line[column] != " " for line in rows)


def test_cells_have_colour_and_the_same_text() -> None:
    trace = traced("(x+w)*w", x=2, w=3)
    coloured = drawn(trace_renderable(trace, width=80), 80, color=True)
    assert "\x1b[" in coloured
    assert ANSI.sub("", coloured) == page(trace, 80, whole=False)


def test_notes_are_on_the_page() -> None:
    assert "note: relu(x) has a corner with x = 0: by convention slope 0" in page(traced("relu(x) + x", x=0), 200)


def test_the_console_of_the_commands_reads_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    console(80).print("[bold]x[/bold] [/oops] :smile:")
    assert capsys.readouterr().out == "[bold]x[/bold] [/oops] :smile:\n"
