"""Text in the characters that every screen and every font has; sentences in Chinese keep theirs."""

from __future__ import annotations

import re

from bpcli.language.latex import LETTERS
from bpcli.render.languages import ENGLISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CHINESE = re.compile("([\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+)")  # characters and their punctuation

SIGNS = {
    "≈": "~", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "…": "...", "→": "->", "←": "<-", "↑": "^",
    "↓": "v", "≤": "<=", "≥": ">=", "≠": "!=", "√": "sqrt", "∂": "d", "∞": "inf", "²": "^2", "³": "^3", "，": ", ",
    "。": ".", "：": ": ", "；": "; ", "（": " (", "）": ") ", "“": '"', "”": '"', "‘": "'", "’": "'",
    "✓": "ok:", "✗": "WRONG:",
}  # fmt: skip


def spelled(text: str) -> str:
    """Text in ASCII: Greek letters by their names, signs by what they are like, all else by its code point.

    >>> spelled("σ ≈ 0.5"), spelled("权")
    ('sigma ~ 0.5', 'U+6743')
    """
    if text.isascii():
        return text
    return "".join(char if char.isascii() else LETTERS.get(char) or SIGNS.get(char) or _code(char) for char in text)


def speller(language: str) -> Callable[[str], str]:
    """How text is spelled: in ASCII alone; where Chinese was asked for, its characters stay and the signs are ASCII."""
    return spelled if language == ENGLISH else _around_chinese


def _around_chinese(text: str) -> str:
    """
    >>> _around_chinese("σ ≈ 0.5，上游 × 局部")
    'sigma ~ 0.5，上游 * 局部'
    """
    return "".join(piece if CHINESE.match(piece) else spelled(piece) for piece in CHINESE.split(text))


def _code(char: str) -> str:
    from unicodedata import combining, normalize

    plain = "".join(each for each in normalize("NFKD", char) if not combining(each))
    return plain if plain.isascii() and plain else f"U+{ord(char):04X}"
