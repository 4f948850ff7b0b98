"""Rows of characters to draw on: text, and lines that join where they meet."""

from __future__ import annotations

from bpcli.errors import display_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
LINES = {
    UP | DOWN: "│", LEFT | RIGHT: "─", UP | RIGHT: "└", UP | LEFT: "┘", DOWN | RIGHT: "┌", DOWN | LEFT: "┐",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤", LEFT | RIGHT | DOWN: "┬", LEFT | RIGHT | UP: "┴",
    UP | DOWN | LEFT | RIGHT: "┼", UP: "│", DOWN: "│", LEFT: "─", RIGHT: "─",
}  # fmt: skip
PLAIN = {sign: "|" if sign == "│" else "-" if sign == "─" else "+" for sign in LINES.values()} | {
    "▼": "v", "┊": ":", "↑": "^", "╭": "+", "╮": "+", "╰": "+", "╯": "+",
}  # fmt: skip


class Drawing:
    """Rows of characters, each with the style that it has on a terminal."""

    __slots__ = ("rows", "styles")

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.styles: list[list[str]] = []

    def put(self, row: int, column: int, text: str, style: str = "") -> None:
        """Write text; a wide character takes two columns."""
        while len(self.rows) <= row:
            self.rows.append([])
            self.styles.append([])
        cells, styles = self.rows[row], self.styles[row]
        for char in text:
            width = display_width(char)
            end = column + max(width, 1)
            if len(cells) < end:
                styles += [""] * (end - len(cells))
                cells += [" "] * (end - len(cells))
            if not width:
                cells[column - 1] += char
                continue
            cells[column : column + width] = [char, *[""] * (width - 1)]
            styles[column : column + width] = [style] * width
            column += width

    def pieces(self) -> Iterator[list[tuple[str, str]]]:
        """The rows, each as pieces of text with a style."""
        for cells, styles in zip(self.rows, self.styles, strict=True):
            row: list[tuple[str, str]] = []
            for char, style in zip(cells, styles, strict=True):
                if row and row[-1][1] == style:
                    row[-1] = (row[-1][0] + char, style)
                else:
                    row.append((char, style))
            yield row

    def lines(self, ascii: bool = False) -> Iterator[str]:  # noqa: A002 - the name of the option
        """The rows as text."""
        for cells in self.rows:
            line = "".join(cells).rstrip()
            yield "".join(PLAIN.get(char, char) for char in line) if ascii else line
