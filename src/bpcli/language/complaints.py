"""What to say of a token that cannot stand where it stands: the mistake by name, and the place to point at.

The parser knows only that the token is unexpected. People make a few dozen mistakes again and again, and
each of them shows in the two tokens around the place; the sentences are in grammar/mistakes.toml.
"""

from __future__ import annotations

from bpcli.language import scanner
from bpcli.language.driver import TERMINALS
from bpcli.ops import functions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.errors import InputError
    from bpcli.language.scanner import Tokens

LPAR, RPAR, COMMA, EQUAL = (TERMINALS[name] for name in ("LPAR", "RPAR", "COMMA", "EQUAL"))
SIGNS = frozenset(TERMINALS[name] for name in ("PLUS", "MINUS", "STAR", "SLASH", "CIRCUMFLEX", "COMPARE"))
WORDS = frozenset(TERMINALS[name] for name in ("AND", "OR", "NOT"))
OPERATORS = SIGNS | WORDS
VALUES = frozenset((scanner.NUMBER, scanner.NAME, scanner.SUPERSCRIPT, RPAR))
BEGINS = frozenset((scanner.NUMBER, scanner.NAME, scanner.FUNCTION, LPAR, scanner.ROOT))


def complaint(tokens: Tokens, index: int) -> InputError:
    """The error for the token at `index`, which cannot follow what stands before it."""
    kinds, texts = tokens.kinds, tokens.texts
    kind = kinds[index]
    if kind == scanner.ADJACENT:  # it has no text of its own: the token behind it is what people see
        index += 1
        kind = kinds[index]
    before = index - 1
    while before >= 0 and kinds[before] == scanner.ADJACENT:
        before -= 1
    at_start = before < 0 or kinds[before] == scanner.SEPARATOR
    previous = -1 if at_start else kinds[before]
    word = texts[index]
    end = kind in (scanner.END, scanner.SEPARATOR)

    if kind == EQUAL:
        return _equals(tokens, index, before, at_start)
    if previous == EQUAL and end:
        return tokens.error("nothing-assigned", before, name=texts[before - 1])
    if previous in OPERATORS or previous == scanner.ROOT:
        if end:
            return tokens.error("ends-after-operator", before, operator=texts[before])
        if kind in OPERATORS and texts[before] + word in ("=<", "=>", "<>", "==="):
            return tokens.error("odd-comparison", before, index, text=texts[before] + word)
        if kind == RPAR:
            return tokens.error("operator-before-bracket", before, operator=texts[before])
        return tokens.error("value-missing", index, operator=texts[before], found=word)
    if end:
        opened = _open_bracket(tokens, index)
        if opened is not None:
            return _unclosed(tokens, opened, index)
    if at_start:
        if kind == RPAR:
            return tokens.error("never-opened", index, column=tokens.span(index, index)[0] + 1)
        if kind == scanner.SUPERSCRIPT:
            return tokens.error("superscript-alone", index, text=word)
        return tokens.error("nothing-on-the-left", index, operator=word)
    if kind == RPAR:
        if previous == LPAR:
            return tokens.error("empty-brackets", before, index)
        if previous == COMMA:
            return tokens.error("comma-at-end", before)
        return tokens.error("never-opened", index, column=tokens.span(index, index)[0] + 1)
    if kind == COMMA:
        if previous in (LPAR, COMMA):
            return tokens.error("argument-missing", index)
        whole = kinds[before] == scanner.NUMBER and kinds[index + 1] == scanner.NUMBER
        if whole and _open_call(tokens, index) is None:
            return tokens.error(
                "decimal-comma", before, index + 1, text=texts[before] + word + texts[index + 1],
                point=f"{texts[before]}.{texts[index + 1]}",
            )  # fmt: skip
        return tokens.error("comma-outside", index)
    if previous == scanner.NAME and kind in BEGINS:
        return _after_name(tokens, before, index)
    if previous in VALUES and kind == scanner.NUMBER:
        if word.startswith(".") and previous == scanner.NUMBER:
            return tokens.error("two-points", before, index, text=texts[before] + word)
        if previous == scanner.NUMBER:
            return tokens.error("two-numbers", before, index, first=texts[before], second=word)
        return tokens.error("number-after-value", index, number=word)
    if previous in VALUES and kind in WORDS:
        return tokens.error("word-after-value", index, word=word)
    if previous in (LPAR, COMMA, EQUAL):
        return tokens.error("nothing-on-the-left", index, operator=word)
    return tokens.error("unexpected", index, found=word or "the end", before=texts[before])


def _equals(tokens: Tokens, index: int, before: int, at_start: bool) -> InputError:
    """An `=` in a place where nothing can be assigned."""
    kinds, texts = tokens.kinds, tokens.texts
    if at_start:
        return tokens.error("equals-at-start", index)
    if kinds[before] == TERMINALS["COMPARE"] or kinds[before] == EQUAL:
        return tokens.error("odd-comparison", before, index, text=texts[before] + "=")
    head = before
    while head > 0 and kinds[head - 1] != scanner.SEPARATOR:
        head -= 1
    if EQUAL in kinds[head:index]:
        return tokens.error("equals-inside", index)
    if _open_bracket(tokens, index) is not None:
        return tokens.error("equals-inside", index)
    if head == before:
        return tokens.error("assigned-to-value", head, before, text=texts[before])
    left = tokens.source[slice(*tokens.span(head, before))]
    return tokens.error("assigned-to-value", head, before, text=left)


def _after_name(tokens: Tokens, before: int, index: int) -> InputError:
    """A name, and something that begins a value, with no sign between."""
    name, word = tokens.texts[before], tokens.texts[index]
    if name in functions() and len(name) > 1:
        return tokens.error("function-needs-brackets", before, name=name, word=word)
    if tokens.kinds[index] == scanner.NUMBER:
        return tokens.error("number-after-name", before, index, name=name, number=word)
    return tokens.error("two-names", before, index, first=name, second=word)


def _open_brackets(tokens: Tokens, stop: int) -> list[int]:
    """The brackets of this statement that are open before the token at `stop`."""
    opened: list[int] = []
    for index in range(stop):
        kind = tokens.kinds[index]
        if kind == LPAR:
            opened.append(index)
        elif kind == RPAR and opened:
            opened.pop()
        elif kind == scanner.SEPARATOR:
            opened.clear()
    return opened


def _open_bracket(tokens: Tokens, stop: int) -> int | None:
    opened = _open_brackets(tokens, stop)
    return opened[-1] if opened else None


def _open_call(tokens: Tokens, stop: int) -> int | None:
    """The innermost open bracket, if it belongs to a call."""
    opened = _open_bracket(tokens, stop)
    if opened is None or opened == 0 or tokens.kinds[opened - 1] not in (scanner.FUNCTION, scanner.DEFINE):
        return None
    return opened


def _unclosed(tokens: Tokens, opened: int, index: int) -> InputError:
    missing = len(_open_brackets(tokens, index))
    source = tokens.source
    repaired = source.rstrip() + ")" * missing
    hint = f"try `{repaired}`" if len(repaired) <= 60 and "\n" not in repaired else "each `(` needs its `)`"
    column = tokens.span(opened, opened)[0] - (source.rfind("\n", 0, tokens.span(opened, opened)[0]) + 1) + 1
    return tokens.error("unclosed-bracket", opened, column=column, hint=hint)
