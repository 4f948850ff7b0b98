"""Lark, which the tables come from, and our loop over those tables read every text alike."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Token
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from bpcli.errors import BpcliError
from bpcli.files import grammar_text
from bpcli.graph import MOST_NODES, Graph
from bpcli.language import driver, scanner, tables
from bpcli.language.build_tables import fingerprint, lark_parser, module_text
from bpcli.language.reader import Reader
from graphs import columns
from strategies import implicit_products, mutations, programs


class Scanned(Lexer):
    """Our scanner in the place of Lark's: it is given tokens, and passes them on one by one."""

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, tokens: Any) -> Any:
        for index, kind in enumerate(tokens.kinds[:-1]):
            yield Token(driver.SYMBOLS[kind], tokens.texts[index], start_pos=index)


class Part:
    """What an action returned, and the tokens from `first` to `last` that it covers."""

    def __init__(self, value: Any, first: int, last: int) -> None:
        self.value = value
        self.first = first
        self.last = last


class Actions:
    """The actions of the reader in Lark's form: they are called by name with the parts alone."""

    def __init__(self) -> None:
        self.reader: Any = None

    def __getattr__(self, name: str) -> Any:
        if name not in {action for _, _, action in driver.RULES}:
            if name not in driver.SYMBOLS or name.isupper():
                raise AttributeError(name)
            # A rule without an action of its own passes its only part on.
            return lambda children: children[0]

        def act(children: list[Any]) -> Part:
            parts = [
                Part(child.start_pos, child.start_pos, child.start_pos) if isinstance(child, Token) else child
                for child in children
            ]
            first, last = parts[0].first, parts[-1].last
            return Part(self.reader.actions()[name]([part.value for part in parts], first, last), first, last)

        return act


@cache
def lark() -> Any:
    actions = Actions()
    return SimpleNamespace(
        parser=lark_parser(grammar_text("expression.lark"), lexer=Scanned, transformer=actions), actions=actions
    )


def outcome(read: Any, text: str) -> tuple[object, ...]:
    """The graph that a reading makes, or the place where it stops, or the mistake that an action found."""
    try:
        tokens = scanner.scan(text)
        # A program that doubles with every call is stopped early, and by both alike.
        reader = Reader(tokens, (), Graph(True, 5000))
        read(tokens, reader)
    except driver.Unexpected as unexpected:
        return ("unexpected", unexpected.index)
    except BpcliError as error:
        return (error.kind, error.span, repr(error.facts))
    program = reader.program()
    return (*columns(program.graph), program.output, program.names, program.assigned, program.output_name)


def by_tables(tokens: scanner.Tokens, reader: Reader) -> None:
    driver.drive(tokens.kinds, reader.actions())


def by_lark(tokens: scanner.Tokens, reader: Reader) -> None:
    lark().actions.reader = reader
    try:
        lark().parser.parse(tokens)
    except UnexpectedToken as error:
        place = error.token.start_pos if error.token.type != "$END" else len(tokens.kinds) - 1
        raise driver.Unexpected(place) from None


def test_the_tables_are_those_of_the_grammar() -> None:
    grammar = grammar_text("expression.lark")
    assert Path(tables.__file__).read_text(encoding="utf-8") == module_text(grammar)
    assert fingerprint(grammar) == tables.FINGERPRINT


def test_the_driver_uses_the_tables_made_ahead() -> None:
    assert driver.ACTIONS is tables.ACTIONS
    assert MOST_NODES > 5000


PAIRS = [
    "(x+w)*w", "a = x + w; y = a*w", "1/2x", "2^3x", "x w", "f(u) = u^2; f(x)", "f(u)=u; d f/du = 2; f(x)", "0 < x < 1",
    "where(x > 0, x, 0)", "max(1,,x)", "(x", "x)", "= 3", "a = ", "x = < 1", "2sin(x)cos(x)", "√2x²", "not x and y",
    "f(2) = 3", "f() = 1", "max()", "clip(x, lo=0, hi=1)", "x +", "+", "", ";", "x;;y", "a = 1; a = 2", "f(x)(y) = 1",
]  # fmt: skip


@pytest.mark.parametrize("text", PAIRS)
def test_both_read_this_alike(text: str) -> None:
    assert outcome(by_tables, text) == outcome(by_lark, text)


@given(programs(rules=True))
def test_both_read_a_program_into_the_same_graph(text: str) -> None:
    read = outcome(by_tables, text)
    assert isinstance(read[0], list) or read[0] == "too-many-nodes"
    assert read == outcome(by_lark, text)


@given(programs(rules=True), st.data())
def test_both_stop_at_the_same_place_of_a_damaged_program(text: str, data: st.DataObject) -> None:
    damaged = data.draw(mutations(text))
    assert outcome(by_tables, damaged) == outcome(by_lark, damaged)


@given(implicit_products())
def test_both_accept_and_refuse_the_same_implicit_products(text: str) -> None:
    assert outcome(by_tables, text) == outcome(by_lark, text)


PIECES = ("x", "f", "(", ")", "=", ";", "2", "+", "-", "^", ",", "not ", "and ", "<", "√", "d f/du")


@given(st.lists(st.sampled_from(PIECES)))
def test_both_read_any_row_of_tokens_alike(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert outcome(by_tables, text) == outcome(by_lark, text)
