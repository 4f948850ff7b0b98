"""A worksheet as a page: boxes to type into, checked in the page without network; printed, lines to write on.

The answers stand in the page, for it checks them itself: who reads its source finds them.
"""

from __future__ import annotations

import html
import math
import re

from bpcli.files import page_text
from bpcli.render.arrays import flat
from bpcli.render.html import POLICY, embedded, table_head
from bpcli.render.languages import tag
from bpcli.render.words import phrase
from bpcli.render.worksheets.worksheet import ARRAY_BLANK, BLANK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from bpcli.render.layout import Table
    from bpcli.render.worksheets.worksheet import Sheet

SENTENCES = ("result", "done")
BLANKS = re.compile(f"[{BLANK}{ARRAY_BLANK}]")


class _Boxes:
    """Text as HTML, with a box for each blank; the boxes are counted on as they come."""

    def __init__(self, language: str) -> None:
        self.count = 0
        self.groups = 0
        self.label = phrase("blank", language)

    def filled(self, text: str, alike: bool = False) -> str:
        """Text of a cell, escaped.

        alike: whether the numbers in its boxes may stand in any order
        """
        first, *rest = BLANKS.split(text)
        kinds = BLANKS.findall(text)
        group = ""
        if alike and len(rest) > 1:
            self.groups += 1
            group = f' data-group="{self.groups}"'
        pieces = [_written(first)]
        for kind, piece in zip(kinds, rest, strict=True):
            long = " long" if kind == ARRAY_BLANK else ""
            pieces.append(
                f'<span class="box{long}"><input type="text" autocomplete="off" autocapitalize="off" '
                f'spellcheck="false" '
                f'data-blank="{self.count}"{group} aria-label="{html.escape(self.label)} {self.count + 1}">'
                f'<span class="mark" aria-hidden="true"></span></span>{_written(piece)}'
            )
            self.count += 1
        return "".join(pieces)


def page_pieces(sheet: Sheet) -> Iterator[str]:
    """The page, piece by piece."""
    language = sheet.language
    boxes = _Boxes(language)
    yield f'<!doctype html>\n<html lang="{tag(language)}">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    formula, *rest = sheet.header
    yield f"<title>{html.escape(f'{sheet.title}: {formula[:80]}')}</title>\n"
    yield f"<style>\n{page_text('sheet.css')}</style>\n</head>\n<body>\n"
    yield f'<div class="top">\n<p class="title">{html.escape(sheet.title)}</p>\n'
    for field in sheet.fields:
        yield f'<label>{html.escape(field)} <input type="text" autocomplete="off"></label>\n'
    yield "</div>\n<h1>"
    yield "<br>".join(f"<code>{html.escape(line)}</code>" for line in formula.split("; "))
    yield f'</h1>\n<p class="given">{html.escape("; ".join(rest))}</p>\n'
    yield f'<p class="task">{html.escape(sheet.task)}</p>\n'
    typing = phrase("task typing of arrays" if sheet.of_arrays else "task typing", language)
    yield f'<p class="task rule">{html.escape(typing)}</p>\n'
    for table in sheet.tables:
        yield from _table(table, boxes)
    yield '<div class="closing">\n'
    for line in sheet.closing:
        yield f"<span>{boxes.filled(line)}</span>\n"
    yield "</div>\n"
    yield '<div class="bar" id="bar" hidden>\n'
    for name in ("check", "clear"):
        yield f'<button type="button" id="{name}">{html.escape(phrase(f"{name} blanks", language))}</button>\n'
    yield '<p id="said" role="status"></p>\n</div>\n'
    sentences = {name: phrase(f"blanks {name}", language, right="{right}", wrong="{wrong}", open="{open}")
                 for name in SENTENCES}  # fmt: skip
    answers = [_answer(each) for each in sheet.answers]
    packed = embedded({"answers": answers, "sentences": sentences})
    yield f'<script type="application/json" id="sheet">{packed}</script>\n'
    yield f"<script>\n{page_text('sheet.js')}</script>\n</body>\n</html>\n"


def _written(text: str) -> str:
    """Text of a cell, escaped: arrays in one line, what stands in lines of its own below one another."""
    lines = (line for line in flat(text).split("\n") if line)
    return "<br>".join(map(html.escape, lines)) if "\n" in text else html.escape(text)


def _answer(value: Any) -> Any:
    """A number to the last bit, as JavaScript reads it; of an array nested lists of those."""
    if getattr(value, "shape", ()):
        return [_answer(part) for part in value]
    number = float(value)
    if number - number == 0:
        return repr(number)
    return "NaN" if math.isnan(number) else f"{'-' if number < 0 else ''}Infinity"


def _table(table: Table, boxes: _Boxes) -> Iterator[str]:
    yield from table_head(table)
    for row in table.rows:
        cells = zip(table.keys, table.columns, row, strict=True)
        yield "<tr>"
        for key, title, cell in cells:
            inside = f"<div>{boxes.filled(cell, alike=key == 'locals')}</div>" if cell else ""
            yield f'<td data-title="{html.escape(title)}">{inside}</td>'
        yield "</tr>\n"
    yield "</tbody>\n</table></div>\n</section>\n"
