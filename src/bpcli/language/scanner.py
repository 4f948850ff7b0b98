"""Text -> tokens: what a person types or pastes, cut into the terminals of the grammar.

Text from web pages and Chinese keyboards is made plain first, operators and superscripts before names
(the standard normalisation would turn x² into the name x2). A map of offsets keeps every place in terms
of what the user typed.
"""

from __future__ import annotations

import re

from bpcli.errors import InputError
from bpcli.language.driver import TERMINALS

PLAIN = {
    "×": "*", "·": "*", "∙": "*", "⋅": "*", "∗": "*", "＊": "*", "÷": "/", "∕": "/", "／": "/",
    "−": "-", "–": "-", "－": "-", "﹣": "-", "‐": "-", "‑": "-", "＋": "+", "＾": "^", "，": ",", "、": ",", "；": ";",
    "（": "(", "）": ")", "［": "[", "］": "]", "【": "[", "】": "]",
    "＝": "=", "＜": "<", "＞": ">", "≤": "<=", "≥": ">=", "≦": "<=", "≧": ">=",
    "≠": "!=", "≡": "==", "∧": " and ", "∨": " or ", "¬": " not ", "\u00a0": " ", "\u3000": " ",
    "ᵀ": ".T ", "⊤": ".T ", "：": ":", "⊙": "*",
    "\u2009": " ", "\u202f": " ", "\u2062": "*", "\r": " ", "\u2028": "\n", "\u2029": "\n", "＃": "#",
    # Marks without a width, which a copied text carries along: joiners, soft hyphens, directions of writing.
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\u2061\ufeff\u00ad", ""),
}  # fmt: skip

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"
_LETTER = rf"(?![{SUPERSCRIPTS}])"

TOKEN = re.compile(
    r"([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)"  # 1 number
    rf"|({_LETTER}[^\W\d](?:{_LETTER}\w)*)"  # 2 name
    rf"|(\*\*|<=|>=|==|!=|[-+*/^<>()=,√∛\[\]@:]|\.T(?!{_LETTER}\w))"  # 3 sign
    rf"|([⁻⁺]?[{SUPERSCRIPTS[:10]}]+)"  # 4 superscript
    r"|([;\n])"  # 5 end of a statement
    r"|([ \t\f\v]+|\#[^\n]*)"  # 6 nothing
    r"|(.)",  # 7 something else
    re.DOTALL,
)

SIGNS = {
    "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", "^": "CIRCUMFLEX", "**": "CIRCUMFLEX",
    "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", ",": "COMMA", "=": "EQUAL", "√": "ROOT", "∛": "ROOT",
    "@": "AT", ":": "COLON", ".T": "TRANSPOSED",
    "<=": "COMPARE", ">=": "COMPARE", "==": "COMPARE", "!=": "COMPARE", "<": "COMPARE", ">": "COMPARE",
}  # fmt: skip
MODULES = ("math", "cmath", "np", "numpy", "jnp", "torch", "F", "nn", "tf", "scipy", "sp", "Math")
SURROGATE = "surrogate"  # the word before `d f/du = ...`
WORDS = {"and": "AND", "or": "OR", "not": "NOT"}

NUMBER, NAME, SUPERSCRIPT = (TERMINALS[name] for name in ("NUMBER", "NAME", "SUPERSCRIPT"))
FUNCTION, DEFINE, SLOPE = (TERMINALS[name] for name in ("FUNCTION", "DEFINE", "SLOPE"))
ADJACENT, SEPARATOR, END = (TERMINALS[name] for name in ("ADJACENT", "SEPARATOR", "$END"))
LPAR, RPAR, LSQB, RSQB = (TERMINALS[name] for name in ("LPAR", "RPAR", "LSQB", "RSQB"))
COMMA, EQUAL, ROOT = TERMINALS["COMMA"], TERMINALS["EQUAL"], TERMINALS["ROOT"]
_KIND_OF_SIGN = {sign: TERMINALS[name] for sign, name in SIGNS.items()}
_KIND_OF_WORD = {word: TERMINALS[name] for word, name in WORDS.items()}

# After one of these a factor may follow without a sign.
_ENDS_FACTOR = frozenset((NUMBER, SUPERSCRIPT, RPAR))
# After one of these a statement cannot be over, so a line break there means nothing.
_ENDS = (")", "]", "√", "∛", ".T")
_GOES_ON = frozenset(kind for sign, kind in _KIND_OF_SIGN.items() if sign not in _ENDS) | frozenset(
    _KIND_OF_WORD.values()
)


class Tokens:
    """Tokens in columns: terminal, text, and place in the plain text.

    source:  what the user typed; `offsets` maps a place of the plain text to a place in it
    assigned: names with an assignment of their own; `sloped`: functions with a derivative of their own
    surrogates: derivatives ("f/u") that are meant to differ from those of the value
    """

    __slots__ = ("assigned", "kinds", "offsets", "sloped", "source", "starts", "stops", "surrogates", "texts")

    def __init__(self, source: str, offsets: list[int] | None) -> None:
        self.source = source
        self.offsets = offsets
        self.kinds: list[int] = []
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.stops: list[int] = []
        self.assigned: set[str] = set()
        self.sloped: set[str] = set()
        self.surrogates: set[str] = set()

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Place in the user's text from the start of one token to the end of another."""
        return self.place(self.starts[first], self.stops[last])

    def place(self, start: int, stop: int) -> tuple[int, int]:
        """A place of the plain text, in the user's text."""
        if self.offsets is None:
            return start, stop
        begin = self.offsets[start]
        # One character may have become several (≤), and several one (a letter and its accent).
        return begin, max(self.offsets[stop], self.offsets[stop - 1] + 1) if stop > start else begin

    def error(self, kind: str, first: int, last: int | None = None, /, **facts: object) -> InputError:
        """An error that points at the tokens from `first` to `last`."""
        return InputError(kind, source=self.source, span=self.span(first, first if last is None else last), **facts)


def plain(text: str) -> tuple[str, list[int] | None]:
    """The text in plain characters, and for each the place in `text` that it came from (None: one to one).

    >>> plain("（x＋w）×w₁²")[0]
    '(x+w)*w1²'
    """
    if text.isascii():
        return text.replace("\r", " "), None
    from unicodedata import combining, decomposition, normalize

    pieces: list[str] = []
    offsets: list[int] = []
    for place, char in enumerate(text):
        if char in PLAIN:
            piece = PLAIN[char]
        elif char.isascii() or decomposition(char).startswith("<super>"):
            piece = char
        else:
            piece = normalize("NFKC", char)
            if combining(char) and pieces and len(pieces[-1]) == 1:
                joined = normalize("NFC", pieces[-1] + char)
                if len(joined) == 1:
                    pieces[-1] = joined
                    continue
        pieces.append(piece)
        offsets += [place] * len(piece)
    offsets.append(len(text))
    return "".join(pieces), offsets


def scan(source: str) -> Tokens:
    """The tokens of a program; ends with one END. Raises InputError at a character that means nothing."""
    text, offsets = plain(source)
    tokens = Tokens(source, offsets)
    kinds, texts, starts, stops = tokens.kinds, tokens.texts, tokens.starts, tokens.stops
    depth = 0
    previous = SEPARATOR
    head = 0  # index of the first token of the statement
    head_closed = False  # whether its first brackets have closed
    for match in TOKEN.finditer(text):
        group = match.lastindex
        if group == 6:
            continue
        word = match.group()
        start = match.start()
        if group == 2:
            kind = _KIND_OF_WORD.get(word, NAME)
            if not word.isascii():
                _refuse_raised_letters(tokens, word, start)
            if previous in _ENDS_FACTOR and kind == NAME:
                if previous == NUMBER and word.startswith("_") and word.strip("_").isdigit():
                    raise _grouped_digits(tokens, word)
                _append(tokens, ADJACENT, "", start, start)
        elif group == 3:
            kind = _KIND_OF_SIGN[word]
            if kind == LPAR:
                depth += 1
                if previous == NAME:
                    kinds[-1] = FUNCTION
                elif previous in _ENDS_FACTOR:
                    _append(tokens, ADJACENT, "", start, start)
            elif kind == LSQB:
                depth += 1
            elif kind in (RPAR, RSQB):
                depth -= 1
            elif kind == EQUAL:
                _mark_head(tokens, head, head_closed)
            elif kind == ROOT and previous in _ENDS_FACTOR:
                _append(tokens, ADJACENT, "", start, start)
        elif group == 1:
            kind = NUMBER
        elif group == 4:
            kind = SUPERSCRIPT
        elif group == 5:
            if word == "\n" and (depth > 0 or previous in _GOES_ON):
                continue
            if previous == SEPARATOR:
                continue
            kind, depth, head, head_closed = SEPARATOR, 0, len(kinds) + 1, False
        else:
            raise unreadable(tokens, text, start)
        kinds.append(kind)
        texts.append(word)
        starts.append(start)
        stops.append(start + len(word))
        if kind == RPAR and depth == 0:
            head_closed = head_closed or kinds[head] == FUNCTION
        previous = kind
    if previous == SEPARATOR and kinds:
        for column in (kinds, texts, starts, stops):
            column.pop()
    if not kinds:
        raise InputError("empty-expression")
    _append(tokens, END, "", len(text), len(text))
    return tokens


def _append(tokens: Tokens, kind: int, text: str, start: int, stop: int) -> None:
    tokens.kinds.append(kind)
    tokens.texts.append(text)
    tokens.starts.append(start)
    tokens.stops.append(stop)


def _mark_head(tokens: Tokens, head: int, head_closed: bool) -> None:
    """An `=` was found: say what the statement does, for the parser cannot look that far ahead.

    `a =` assigns, `f(u) =` defines (the last token is the bracket that closed the head), and `d f/du =`
    becomes the one token SLOPE; the word `surrogate` before it is noted.
    """
    kinds, texts = tokens.kinds, tokens.texts
    if len(kinds) == head + 5 and texts[head] == SURROGATE:
        function, parameter = texts[head + 2], texts[head + 4][1:]
        tokens.surrogates.add(f"{function}/{parameter}")
        starts = tokens.starts[head]
        for column in (kinds, texts, tokens.starts, tokens.stops):
            del column[head]
        tokens.starts[head] = starts
    if len(kinds) == head + 1 and kinds[head] == NAME:
        tokens.assigned.add(texts[head])
    elif head_closed and kinds[head] == FUNCTION and kinds[-1] == RPAR:
        kinds[head] = DEFINE
    elif len(kinds) == head + 4 and texts[head] == "d" and texts[head + 2] == "/" and texts[head + 3][:1] == "d":
        function, parameter = texts[head + 1], texts[head + 3][1:]
        if kinds[head + 1] == NAME and parameter:
            tokens.sloped.add(function)
            stop = tokens.stops[-1]
            for column in (kinds, texts, tokens.starts, tokens.stops):
                del column[head + 1 :]
            kinds[head], texts[head], tokens.stops[head] = SLOPE, f"{function}/{parameter}", stop


def _refuse_raised_letters(tokens: Tokens, word: str, start: int) -> None:
    """The n of xⁿ is a letter to Unicode, and would silently make the name xn. Raises InputError."""
    from unicodedata import decomposition

    for place, char in enumerate(word, start):
        if decomposition(char).startswith("<super>"):
            base = decomposition(char).split()[1]
            span = tokens.place(place, place + 1)
            raise InputError("raised-letter", source=tokens.source, span=span, char=char, base=chr(int(base, 16)))


def _grouped_digits(tokens: Tokens, word: str) -> InputError:
    """The error for 1_000; `word` is what follows the first digits."""
    number = tokens.texts[-1]
    span = tokens.place(tokens.starts[-1], tokens.stops[-1] + len(word))
    return InputError(
        "digit-groups", source=tokens.source, span=span, text=number + word, joined=number + word.replace("_", "")
    )


def unreadable(tokens: Tokens, text: str, start: int) -> InputError:
    """The error for a character that is no part of the language; it says what to write instead."""
    char = text[start]
    pair = text[start : start + 2]
    span = tokens.place(start, start + 1)
    shown = tokens.source[span[0] : span[1]]
    facts: dict[str, str] = {}
    kind = {
        "|": "bars", "%": "percent",
        "'": "quotes", '"': "quotes", "`": "quotes", "“": "quotes", "”": "quotes", "‘": "quotes", "’": "quotes",
        "{": "braces", "}": "braces", "!": "factorial", "\\": "backslash", "$": "dollar", "&": "ampersand",
        ".": "stray-point", "?": "question-mark", "~": "tilde", "∞": "infinity-sign",
        "∑": "big-operator", "∏": "big-operator", "∫": "big-operator", "∂": "partial-sign", "′": "partial-sign",
        "°": "degree-sign", "‖": "bars", "∥": "bars",
    }.get(char, "unknown-character")  # fmt: skip
    if pair in ("||", "&&"):
        # ||x|| stands where a value is expected, and `or` behind one.
        behind = bool(tokens.kinds) and tokens.kinds[-1] in (NAME, NUMBER, RPAR)
        kind = "ampersand" if pair == "&&" or behind else "bars"
        span = tokens.place(start, start + 2)
        shown = tokens.source[span[0] : span[1]]
    elif text.startswith("...", start):
        kind = "big-operator"
        span = tokens.place(start, start + 3)
        shown = tokens.source[span[0] : span[1]]
    elif char == "'" and tokens.kinds and tokens.kinds[-1] in (NAME, RPAR) and tokens.stops[-1] == start:
        kind = "partial-sign" if text[start + 1 : start + 2] == "(" else "prime"  # f'(x), and A'
        facts = {"name": tokens.texts[-1] if tokens.kinds[-1] == NAME else "(...)"}
    elif kind == "stray-point" and text[start + 1 : start + 2] in ("*", "/", "^"):
        kind = "matlab-dot"
        span = tokens.place(start, start + 2)
        facts = {"text": text[start : start + 2], "plain": text[start + 1]}
    elif kind == "stray-point" and tokens.kinds and tokens.kinds[-1] == NAME:
        from bpcli.ops import named

        after = re.compile(r"\w+").match(text, start + 1)
        if after is not None and (named(after[0]) or tokens.texts[-1] in MODULES):
            kind = "function-of-module" if tokens.texts[-1] in MODULES else "method"
            span = tokens.place(tokens.starts[-1], after.end())
            facts = {"text": f"{tokens.texts[-1]}.{after[0]}", "name": after[0]}
            if kind == "method":
                empty = text[after.end() :].lstrip().removeprefix("(").lstrip().startswith(")")
                facts["call"] = f"{after[0]}({tokens.texts[-1]}{'' if empty else ', ...'})"
    elif kind == "unknown-character":
        from unicodedata import combining, decomposition

        meaning = decomposition(shown) if len(shown) == 1 else ""
        if meaning.startswith("<fraction>"):
            digits = "".join(chr(int(code, 16)) for code in meaning.split()[1:])
            facts = {"hint": f"write `({digits.replace(chr(0x2044), '/')})`"}
        elif not shown.isprintable() or combining(shown[0]):
            shown = f"U+{ord(shown[0]):04X}"
    return InputError(kind, source=tokens.source, span=span, char=shown, **facts)
