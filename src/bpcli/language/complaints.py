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

LPAR, RPAR, COMMA, EQUAL, COMPARE = (TERMINALS[name] for name in ("LPAR", "RPAR", "COMMA", "EQUAL", "COMPARE"))
COLON = TERMINALS["COLON"]
SIGNS = frozenset(TERMINALS[name] for name in ("PLUS", "MINUS", "STAR", "SLASH", "AT", "CIRCUMFLEX", "COMPARE"))
WORDS = frozenset(TERMINALS[name] for name in ("AND", "OR", "NOT"))
OPERATORS = SIGNS | WORDS
TRANSPOSED = TERMINALS["TRANSPOSED"]
VALUES = frozenset((scanner.NUMBER, scanner.NAME, scanner.SUPERSCRIPT, TRANSPOSED, RPAR))
BEGINS = frozenset((scanner.NUMBER, scanner.NAME, scanner.FUNCTION, LPAR, scanner.ROOT))
SQUARE = (scanner.LSQB, scanner.RSQB)
GOES_ON = "a line goes on where it ends with an operator, or inside brackets"

# Words that begin a line in a programming language.
FOREIGN = ("return", "lambda", "def", "print", "let", "var", "const", "double", "float", "int")


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
    if kind == COLON:
        return tokens.error("colon", index)
    if kind in SQUARE or previous == scanner.RSQB:
        return _square(tokens, index if kind in SQUARE else before)

    head = _head(tokens, before + 1)
    if kinds[head] == scanner.DEFINE and EQUAL not in kinds[head:index]:
        return _definition(tokens, head, index)
    if kind == EQUAL:
        return _equals(tokens, index, before, head, at_start)
    if previous == EQUAL and end:
        return tokens.error("nothing-assigned", before, name=_text(tokens, head, before - 1))
    if previous == EQUAL and kind == COMPARE:
        return tokens.error("odd-comparison", before, index, text=texts[before] + word)
    if previous in OPERATORS or previous == scanner.ROOT:
        if texts[before] + word == "//" and tokens.stops[before] == tokens.starts[index]:
            return tokens.error("double-slash", before, index)
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
            return tokens.error("never-opened", index, column=_column(tokens, index))
        if kind == scanner.SUPERSCRIPT:
            return tokens.error("superscript-alone", index, text=word)
        goes_on = {"hint": GOES_ON} if before >= 0 and texts[before] == "\n" and kind in OPERATORS else {}
        return tokens.error("nothing-on-the-left", index, operator=word, **goes_on)
    if kind == RPAR:
        if previous == LPAR:
            return tokens.error("empty-brackets", before, index)
        if previous == COMMA:
            return tokens.error("comma-at-end", before)
        return tokens.error("never-opened", index, column=_column(tokens, index))
    if kind == COMMA:
        if previous in (LPAR, COMMA):
            return tokens.error("argument-missing", index)
        whole = kinds[before] == scanner.NUMBER and kinds[index + 1] == scanner.NUMBER
        if whole and _open_call(tokens, index) is None and _in_call(tokens, index):
            opened = _open_bracket(tokens, index) or 0
            return tokens.error(
                "comma-in-brackets", opened, index + 1, first=texts[before], second=texts[index + 1]
            )
        if whole and _open_call(tokens, index) is None:
            return tokens.error(
                "decimal-comma", before, index + 1, text=texts[before] + word + texts[index + 1],
                point=f"{texts[before]}.{texts[index + 1]}",
            )  # fmt: skip
        return tokens.error("comma-outside", index)
    if previous == TRANSPOSED and kind in BEGINS:
        factor = _factors(tokens, index) if kind == scanner.NAME else "..."
        return tokens.error("after-transpose", before, index, second=factor)
    if previous == scanner.NAME and kind in BEGINS:
        return _after_name(tokens, before, index)
    if previous in VALUES and kind == scanner.NUMBER:
        if word.startswith(".") and previous == scanner.NUMBER:
            return tokens.error("two-points", before, index, text=texts[before] + word)
        if previous == scanner.NUMBER:
            first = texts[before]
            joined = f", or join them: `{first}{word}`" if first.isdigit() and word.isdigit() else ""
            return tokens.error("two-numbers", before, index, first=first, second=word, joined=joined)
        return tokens.error("number-after-value", index, number=word)
    if previous in VALUES and kind in WORDS:
        return tokens.error("word-after-value", index, word=word)
    if previous in (LPAR, scanner.LSQB, COMMA, EQUAL):
        return tokens.error("nothing-on-the-left", index, operator=word)
    return tokens.error("unexpected", index, found=word or "the end", before=texts[before])


def _square(tokens: Tokens, index: int) -> InputError:
    """A square bracket that is not the one around the results of a program."""
    opened = [place for place in range(index) if tokens.kinds[place] == scanner.LSQB]
    if tokens.kinds[index] == scanner.RSQB and opened and tokens.kinds[index - 1] in (scanner.LSQB, COMMA):
        return tokens.error("empty-list" if tokens.kinds[index - 1] == scanner.LSQB else "comma-at-end", index - 1)
    return tokens.error("square-brackets", index)


def _head(tokens: Tokens, index: int) -> int:
    """The first token of the statement of the token at `index`."""
    while index > 0 and tokens.kinds[index - 1] != scanner.SEPARATOR:
        index -= 1
    return index


def _text(tokens: Tokens, first: int, last: int) -> str:
    """What the user typed from one token to another."""
    return tokens.source[slice(*tokens.span(first, last))]


def _column(tokens: Tokens, index: int) -> int:
    """The column of a token in its line, from 1."""
    place = tokens.span(index, index)[0]
    return place - tokens.source.rfind("\n", 0, place)


def _definition(tokens: Tokens, head: int, index: int) -> InputError:
    """Something other than `f(u, v) =` at the head of a definition."""
    opened = _open_bracket(tokens, index)
    if opened == head + 1:
        return tokens.error("parameter-not-name", index, name=tokens.texts[head])
    equal = tokens.kinds.index(EQUAL, index)
    return tokens.error("assigned-to-value", head, equal - 1, text=_text(tokens, head, equal - 1))


def _equals(tokens: Tokens, index: int, before: int, head: int, at_start: bool) -> InputError:
    """An `=` in a place where nothing can be assigned."""
    kinds, texts = tokens.kinds, tokens.texts
    if at_start:
        return tokens.error("equals-at-start", index)
    if kinds[before] in (COMPARE, EQUAL):
        return tokens.error("odd-comparison", before, index, text=texts[before] + "=")
    if texts[before] in ("+", "-", "*", "/", "^") and before > 0 and kinds[before - 1] == scanner.NAME:
        return tokens.error("in-place", before - 1, index, operator=texts[before], name=texts[before - 1])
    if before == head + 2 and texts[head + 1] == "/" and texts[head][:1] == texts[before][:1] == "d":
        return tokens.error("derivative-assigned", head, before)
    if EQUAL in kinds[head:index] or _open_bracket(tokens, index) is not None:
        return tokens.error("equals-inside", index)
    return tokens.error("assigned-to-value", head, before, text=_text(tokens, head, before))


def _after_name(tokens: Tokens, before: int, index: int) -> InputError:
    """A name, and something that begins a value, with no sign between."""
    kinds, texts = tokens.kinds, tokens.texts
    name, word = texts[before], texts[index]
    known = functions()
    if name in FOREIGN:
        return tokens.error("python-word", before, name=name)
    if name == "T" and before > 0 and texts[before - 1] == "^":
        return tokens.error("transposed-power", before - 1, before)
    if name in known and len(name) > 1:
        return tokens.error("function-needs-brackets", before, name=name, word=_factors(tokens, index))
    if name == "dx" and before >= 2 and texts[before - 2 : before] == ["d", "/"]:
        return tokens.error("partial-sign", before - 2, before, char="d/dx")
    if kinds[index] == scanner.NUMBER:
        named = f", or name it `{name}{word}`" if word.isdigit() else ""
        return tokens.error("number-after-name", before, index, name=name, number=word, named=named)
    if "if" in (name, word):
        return tokens.error("python-if", index if word == "if" else before)
    if kinds[index] == scanner.NAME and word in known:
        after = texts[index + 1] if kinds[index + 1] in VALUES else "..."
        return tokens.error("function-between", index, name=word, first=name, second=after)
    second = {scanner.FUNCTION: f"{word}(...)", scanner.ROOT: f"{word}..."}.get(kinds[index], word)
    return tokens.error("two-names", before, index, first=name, second=second)


def _factors(tokens: Tokens, index: int) -> str:
    """The text of the factors that stand together without a sign from `index` on: 2x of `sin 2x`."""
    kinds = tokens.kinds
    last = index
    while kinds[last + 1] == scanner.ADJACENT and kinds[last + 2] in (scanner.NAME, scanner.NUMBER):
        last += 2
    text = _text(tokens, index, last)
    return "..." if kinds[last] in (scanner.FUNCTION, LPAR, scanner.ROOT) else text


def _open_brackets(tokens: Tokens, stop: int) -> list[int]:
    """The brackets of this statement that are open before the token at `stop`."""
    opened: list[int] = []
    for index in range(stop):
        kind = tokens.kinds[index]
        if kind in (LPAR, scanner.LSQB):
            opened.append(index)
        elif kind in (RPAR, scanner.RSQB) and opened:
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


def _in_call(tokens: Tokens, stop: int) -> bool:
    """Whether a call is open around the innermost open bracket, as in `reshape(x, (2, 3))`."""
    called = (scanner.FUNCTION, scanner.DEFINE)
    return any(opened and tokens.kinds[opened - 1] in called for opened in _open_brackets(tokens, stop)[:-1])


def _unclosed(tokens: Tokens, opened: int, index: int) -> InputError:
    """The bracket that was opened last and has no other end; where that is certain, the whole text repaired."""
    closing = [")" if tokens.kinds[place] == LPAR else "]" for place in _open_brackets(tokens, index)]
    repaired = tokens.source.rstrip() + "".join(reversed(closing))
    simple = tokens.kinds[index - 1] in VALUES and scanner.SEPARATOR not in tokens.kinds and "#" not in repaired
    short = len(repaired) <= 60 and repaired.isprintable()
    pair = "each `(` needs its `)`" if tokens.kinds[opened] == LPAR else "each `[` needs its `]`"
    hint = f"try `{repaired}`" if simple and short else pair
    return tokens.error("unclosed-bracket", opened, column=_column(tokens, opened), hint=hint)
