"""What a lens shows, as tables, sentences and JSON, in the language that is asked for."""

from __future__ import annotations

from bpcli.numbers import DIGITS, is_exact, show
from bpcli.render.arrays import arithmetic_text, shape_of, summary_text
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.layout import Table
from bpcli.tracing.lenses import REPEAT
from bpcli.tracing.summaries import Summary, is_small

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from bpcli.tracing.lenses import Finding, Grid, Lens

FEW_DIGITS = ("seconds", "share")


def lens_tables(lens: Lens, output: str, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[Table]:
    """The grids as tables of text."""
    titles = texts(language, "LENS_TITLES")
    for grid in lens.grids:
        keys, named = [
            tuple(f"d{output}/d{name}" if lens.kind == REPEAT and place else columns[name]
                  for place, name in enumerate(grid.columns))
            for columns in (texts(ENGLISH, "LENS_COLUMNS"), texts(language, "LENS_COLUMNS"))
        ]  # fmt: skip
        rows = [tuple(_cells(lens, grid, row, place, digits, language)) for place, row in enumerate(grid.rows)]
        yield Table(titles[grid.name], keys, rows, len(rows), language=language, titles=named)


def _cells(
    lens: Lens, grid: Grid, row: tuple[Any, ...], place: int, digits: int, language: str
) -> Iterator[str]:
    methods = texts(language, "LENS_METHODS")
    summed = lens.kind == REPEAT and lens.findings[0].kind == "not-zeroed" and place > 0
    for position, cell in enumerate(row):
        shown = _shown(cell, 3 if grid.columns[position] in FEW_DIGITS else digits, language)
        if summed and position and shape_of(cell):
            shown = _sum_of_arrays(grid.rows[place - 1][position], grid.rows[0][position], cell, digits, language)
        elif summed and position:
            before, added = grid.rows[place - 1][position], grid.rows[0][position]
            terms = [_shown(before, digits), _shown(added, digits)]
            exact = all(map(is_exact, (*terms, shown), (before, added, cell)))
            second = f"({terms[1]})" if terms[1].startswith("-") else terms[1]
            shown = f"{terms[0]} + {second} {'=' if exact else '≈'} {shown}"
        yield methods.get(shown, shown) if grid.columns[position] == "method" else shown


def _shown(cell: Any, digits: int, language: str = ENGLISH) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, tuple):
        return f"({', '.join(map(str, cell))}{',' * (len(cell) == 1)})"
    if not is_small(shape_of(cell)):
        return summary_text(Summary(cell), digits, language)
    return show(cell, digits)


def _sum_of_arrays(before: Any, added: Any, total: Any, digits: int, language: str) -> str:
    """A sum entry by entry, where that fits in a line; else the sum alone."""
    told = arithmetic_text(None, "+", before, added, total, digits)
    return _shown(total, digits, language) if told is None else " ".join(told)


def finding_text(finding: Finding, digits: int = DIGITS, language: str = ENGLISH) -> str:
    """A finding as a sentence."""
    few = {"ratio", "share", "mean", "evaluation"}
    facts = {key: _shown(fact, 3 if key in few else digits) for key, fact in finding.facts.items()}
    alone = finding.kind in ("healthy", "lengths") and facts["least"] == facts["most"]
    template: str = texts(language, "FINDINGS")[f"{finding.kind}-one" if alone else finding.kind]
    return template.format(**facts)


def lens_dict(lens: Lens, language: str = ENGLISH) -> dict[str, Any]:
    """An entry of `lens`."""
    from bpcli.render.json.values import jsonable

    return {
        "kind": lens.kind,
        "tables": {
            grid.name: [jsonable(dict(zip(grid.columns, row, strict=True))) for row in grid.rows] for grid in lens.grids
        },
        "findings": [
            {"kind": finding.kind, "facts": jsonable(finding.facts), "text": finding_text(finding, language=language)}
            for finding in lens.findings
        ],
    }
