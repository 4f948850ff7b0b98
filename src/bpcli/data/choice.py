"""Which columns of a table a fit reads: chosen by name, by number, or by what is usual."""

from __future__ import annotations

from bpcli.data.cells import listed, printable
from bpcli.data.records import refuse_twice
from bpcli.errors import InputError, closest


def used_columns(names: tuple[str, ...], x: str | None, y: str | None, file: str) -> tuple[int, ...]:
    """Indices of the columns to read, ascending: the chosen pair, or all where nothing chooses."""
    if x is None and y is None and usual_pair(names) is None:
        for name in names:
            refuse_twice(names, name, file)
        return tuple(range(len(names)))
    return tuple(sorted(chosen_pair(names, x, y, file)))


def usual_pair(names: tuple[str, ...]) -> tuple[int, int] | None:
    """Indices of x and y where neither is chosen: the columns of these names, else the first and the second of two."""
    lowered = [name.lower() for name in names]
    if lowered.count("x") == 1 and lowered.count("y") == 1:
        return lowered.index("x"), lowered.index("y")
    return (0, 1) if len(names) == 2 and names[0] != names[1] else None


def chosen_pair(names: tuple[str, ...], x: str | None, y: str | None, file: str) -> tuple[int, int]:
    """Indices of the x column and the y column. Raises InputError."""
    if len(names) == 1:
        raise InputError("csv-one-column", file=file, column=names[0])
    i = None if x is None else column_index(names, x, "--x-col", file)
    j = None if y is None else column_index(names, y, "--y-col", file)
    usual: tuple[int | None, int | None] = usual_pair(names) or (None, None)
    if len(names) == 2 and (i == usual[1] or j == usual[0]):
        usual = usual[::-1]
    i = usual[0] if i is None else i
    j = usual[1] if j is None else j
    if i is None or j is None:
        raise InputError("csv-choose-columns", file=file, count=len(names), columns=listed(names))
    if i == j:
        raise InputError("csv-same-column", file=file, column=names[i], columns=listed(names))
    return i, j


def column_index(names: tuple[str, ...], wanted: str, option: str, file: str) -> int:
    """Index of the column of that name, else of that number; a name that is a number goes first."""
    refuse_twice(names, wanted, file)
    if wanted in names:
        return names.index(wanted)
    numbers = [str(number) for number in range(1, len(names) + 1)]
    if wanted in numbers:
        return numbers.index(wanted)
    near = closest(wanted, list(names))
    hint = f"did you mean `{option} {near}`?" if near else f"{option} takes a name or a number"
    raise InputError("csv-unknown-column", file=file, name=printable(wanted), columns=listed(names), hint=hint)
