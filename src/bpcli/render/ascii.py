"""Text in the characters that every screen and every font has."""

from __future__ import annotations

from bpcli.language.latex import LETTERS

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


def _code(char: str) -> str:
    from unicodedata import combining, normalize

    plain = "".join(each for each in normalize("NFKD", char) if not combining(each))
    return plain if plain.isascii() and plain else f"U+{ord(char):04X}"
