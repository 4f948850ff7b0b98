"""Whatever is typed: a program or a mistake with a place and a sentence, and never another exception."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bpcli.cli.examples import EXAMPLES
from bpcli.errors import BpcliError
from bpcli.files import grammar_text
from bpcli.graph import Program
from bpcli.language.build_tables import lark_parser
from bpcli.language.reader import parse
from strategies import (
    COMPARISONS,
    LITERALS,
    SIGNS,
    SUPERSCRIPTS,
    VARIABLES,
    choices,
    expressions,
    implicit_products,
    mutations,
    programs,
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner

LIMIT = 5000  # nodes: a function that calls itself through another doubles quickly

# The terminals of the grammar as text. Blanks keep words apart; ADJACENT has no text.
TERMINALS = {
    "NAME": (*VARIABLES, "a", "f", "sin", "e", "d"),
    "FUNCTION": ("sin", "f", "max", "clip", "where", "log", "x"),
    "DEFINE": ("f", "g"),
    "SLOPE": ("d f/du", "d g/du", "d f/dx"),
    "ADJACENT": ("",),
    "NUMBER": LITERALS,
    "SUPERSCRIPT": SUPERSCRIPTS,
    "AND": (" and ",),
    "OR": (" or ",),
    "NOT": (" not ",),
    "SEPARATOR": ("; ", "\n"),
    "COMPARE": COMPARISONS,
    "ROOT": ("√", "∛"),
}


class Grown:
    """Texts that the shipped grammar generates. (Hypothesis can do this itself, at a second for each text.)"""

    def __init__(self) -> None:
        lark = lark_parser(grammar_text("expression.lark"), lexer="basic")
        self.rules: dict[str, list[list[str]]] = {}
        for rule in lark.rules:
            self.rules.setdefault(rule.origin.name, []).append([symbol.name for symbol in rule.expansion])
        self.words = {each.name: (each.pattern.value,) for each in lark.terminals} | TERMINALS
        # The smallest height of a tree for each symbol, so that growing can be brought to an end.
        self.height = dict.fromkeys(self.words, 0)
        while len(self.height) < len(self.words) + len(self.rules):
            for name, expansions in self.rules.items():
                heights = [max(map(self.height.__getitem__, each)) for each in expansions if {*each} <= {*self.height}]
                if heights and name not in self.height:
                    self.height[name] = min(heights) + 1

    def text(self, choices: bytes) -> str:
        """Each choice of a rule or a word takes one byte; when they are used up, the lowest tree is grown."""
        bytes_left = iter(choices)
        written, work = [], ["start"]
        while work:
            symbol = work.pop()
            byte = next(bytes_left, None)
            options = self.rules.get(symbol)
            if options is None:
                written.append(self.words[symbol][(byte or 0) % len(self.words[symbol])])
            elif byte is None:
                lowest = min(options, key=lambda each: max(map(self.height.__getitem__, each)))
                work += reversed(lowest)
            else:
                work += reversed(options[byte % len(options)])
        return "".join(written)

SAMPLES = [
    "(x+w)*w", "a = x + w; y = a*w", "f(u) = u^2 + 1; d f/du = 2u; f(x)", "2sin(x)cos(x)", "where(0 < x <= 1, √x, -x²)",
    "max(x, w, 2)", "leaky_relu(x, slope=0.1)", "# note\nx # more\n", "（x＋w）×w₁²", "1e-3*x^-2",
    "not x and w or 1 == 2",
]  # fmt: skip


def read(text: str) -> Program | None:
    """The program of a text; None where it is a mistake, told as one should be."""
    try:
        program = parse(text, limit=LIMIT)
    except BpcliError as error:
        if error.span is not None:
            assert error.source == text
            start, stop = error.span
            assert 0 <= start <= stop <= len(text)
        assert error.kind != "unexpected", "this mistake deserves a sentence of its own"
        told = error.report()
        assert told.startswith("error: ")
        # What a terminal would obey is not sent to it.
        assert all(line.isprintable() for line in told.split("\n"))
        return None
    assert all(0 <= node < len(program.graph) for node in program.outputs.values())
    for node, args in enumerate(program.graph.args):
        assert all(argument < node for argument in args)
    return program


@given(choices(400).map(Grown().text))
def test_what_the_grammar_generates_is_a_program_or_a_mistake(text: str) -> None:
    read(text)


@given(st.text())
@example("\u200b")
@example("\u0301")
@example("x\u0301\u0301")
@example("\ud800")
@example("ﷺ")
@example("x" + "²" * 5)
@example("²" * 5000)
@example("x" + "¹" * 5000)
def test_any_text_is_a_program_or_a_mistake(text: str) -> None:
    read(text)


@given(st.text(alphabet=SIGNS, max_size=20))
def test_any_row_of_signs_is_a_program_or_a_mistake(text: str) -> None:
    read(text)


@given(implicit_products())
def test_any_row_of_factors_is_a_program_or_a_mistake(text: str) -> None:
    read(text)


@given((programs(rules=True) | st.sampled_from(SAMPLES)).flatmap(mutations))
def test_a_program_with_one_slip_is_a_program_or_a_mistake(text: str) -> None:
    read(text)


@given((programs(rules=True) | st.sampled_from(SAMPLES)).flatmap(mutations).flatmap(mutations))
def test_a_program_with_two_slips_is_a_program_or_a_mistake(text: str) -> None:
    read(text)


@pytest.mark.parametrize("text", SAMPLES)
def test_every_beginning_of_a_program_is_a_program_or_a_mistake(text: str) -> None:
    for stop in range(len(text)):
        read(text[:stop])
        read(text[stop:])


COMMANDS = [command for command in EXAMPLES if command in ("eval", "grad", "trace", "diff", "check")]


def answers(run: Runner, command: str, text: str, value: str, *more: str) -> None:
    """The command line answers, or refuses with a sentence; it never shows what is inside."""
    program = read(text)
    names = program.inputs if program is not None else ("x",)
    given = [word for name in names for word in ("--set", f"{name}={value}")]
    answer = run(command, "--max-nodes", str(LIMIT), *given, *more, "--", text)
    assert answer.code in (0, 2, 3) or (command == "check" and answer.code == 1)
    assert "Traceback" not in answer.err
    if command == "check" and answer.code in (1, 3) and answer.out:
        return  # no, or undecided: an answer all the same
    if answer.code in (2, 3):
        if command == "trace" and answer.code == 3 and answer.out:
            # It broke on the way back: the values stand there, as they do alone, and nothing of the way back.
            alone = run(command, "--max-nodes", str(LIMIT), *given, *more, "--only", "forward", "--", text)
            assert answer.out == alone.out
            assert "\nForward\n" in answer.out and "\nBackward" not in answer.out
            assert program is not None
            point = run("eval", "-q", "--max-nodes", str(LIMIT), *given, "--", text)
            assert point.code == 0 and point.out
        else:
            assert answer.out == ""
        assert answer.err.startswith("error: ") or answer.err.startswith("note: ")
    else:
        assert answer.out or ("-q" in more and not names)


VALUES = st.sampled_from(["1", "0.5", "0", "-2", "1/3", "1e300", "1e-200", "inf"])
FORMS = st.sampled_from([["--json"], ["-q"], ["--digits", "3"], ["--no-share"]])


@given(expressions(depth=2).flatmap(mutations), st.sampled_from(COMMANDS), VALUES)
def test_the_command_line_answers_an_expression_with_one_slip(run: Runner, text: str, command: str, value: str) -> None:
    answers(run, command, text, value)


@given(programs(rules=True, depth=1), st.sampled_from(COMMANDS), VALUES)
def test_the_command_line_answers_every_program(run: Runner, text: str, command: str, value: str) -> None:
    answers(run, command, text, value)


@given(programs(depth=1), st.sampled_from(COMMANDS), FORMS)
def test_the_command_line_answers_in_every_format(run: Runner, text: str, command: str, options: list[str]) -> None:
    answers(run, command, text, "0.25", *options)
