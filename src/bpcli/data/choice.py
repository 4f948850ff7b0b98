"""Which columns of a table a fit reads: chosen by name, by number, or by what is usual.

What is predicted is the column y (or Y), else the last one that nothing else uses. What it is predicted from is the
column x (or X), else the only one that is left.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bpcli.data.cells import listed, printable
from bpcli.data.records import refuse_twice
from bpcli.errors import InputError, closest


def used_columns(
    names: tuple[str, ...], x: str | None, y: str | None, file: str, weights: int | None = None
) -> tuple[int, ...]:
    """Indices of the columns to read, ascending: the chosen pair, or all where nothing chooses."""
    if x is None and y is None and None in usual_pair(names, None, None, weights):
        for name in names:
            refuse_twice(names, name, file)
        return tuple(range(len(names)))
    return tuple(sorted(chosen_pair(names, x, y, file, weights)))


def usual_target(names: Sequence[str], used: Collection[str] = ()) -> str | None:
    """The column that is predicted where nobody says: y of those that are not used, else the last of them.

    >>> usual_target(["x", "y", "z"]), usual_target(["x", "y", "z"], {"x", "y"}), usual_target(["t", "v"])
    ('y', 'z', 'v')
    """
    free = [name for name in names if name not in used]
    called = [name for name in free if name.lower() == "y"]
    return called[0] if len(called) == 1 else free[-1] if free else None


def usual_pair(
    names: tuple[str, ...], i: int | None, j: int | None, weights: int | None = None
) -> tuple[int | None, int | None]:
    """Indices of x and y, of which either may be given; None where nothing decides."""
    if weights is not None and names[weights].lower() in ("x", "y"):
        weights = None  # a weight may be x itself
    free = [place for place in range(len(names)) if place not in (i, j, weights)]
    called = {role: [place for place in free if names[place].lower() == role] for role in "xy"}
    if i is None and len(called["x"]) == 1:
        i = called["x"][0]
    elif i is None:
        target = j if j is not None else called["y"][0] if len(called["y"]) == 1 else free[-1] if free else None
        others = [place for place in free if place != target]
        i = others[0] if len(others) == 1 else None
    if j is None and i is not None:
        free = [place for place in free if place != i]
        found = [place for place in called["y"] if place != i]
        decided = len(free) == 1 or (free and names[i].lower() != "y")
        j = found[0] if len(found) == 1 else free[-1] if decided else None
    return i, j


def chosen_pair(
    names: tuple[str, ...], x: str | None, y: str | None, file: str, weights: int | None = None
) -> tuple[int, int]:
    """Indices of the x column and the y column. Raises InputError."""
    if len(names) == 1:
        raise InputError("csv-one-column", file=file, column=names[0])
    if x is not None and "," in x and x not in names:
        several = [part.strip() for part in x.split(",")]
        if all(part in names for part in several):
            raise InputError("csv-several-predictors", text=x, count=len(several), model=linear_model(several))
    i = None if x is None else column_index(names, x, "--x-col", file)
    j = None if y is None else column_index(names, y, "--y-col", file)
    if i is not None and i == j:
        raise InputError("csv-same-column", file=file, column=names[i], columns=listed(names))
    given = i, j
    i, j = usual_pair(names, i, j, weights)
    if i is None or j is None:
        others = [name for place, name in enumerate(names) if place != weights]
        if len(others) == 1 and weights is not None:
            raise InputError("csv-weights-leave-one", file=file, weights=names[weights], other=others[0])
        raise InputError(
            "csv-choose-columns", file=file, count=len(names), columns=listed(names), model=linear_model(others[:-1])
        )
    for place in {i, j}.difference(given):
        refuse_twice(names, names[place], file)
    return i, j


def linear_model(names: Sequence[str]) -> str:
    """A model that is linear in some columns, as an example to type.

    >>> linear_model(["mass", "how old"])
    'k0 + k1*mass'
    """
    usable = [name for name in names if name.isidentifier()][:3] or ["x1", "x2"]
    return " + ".join(["k0", *(f"k{number}*{name}" for number, name in enumerate(usable, 1))])


def usable_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names as a formula can have them: what is no letter or digit becomes _, where nothing else is called so.

    >>> usable_names(("Time (s)", "Höhe [m]", "a b", "a_b", "%", "x"))
    ('Time_s', 'Höhe_m', 'a b', 'a_b', '%', 'x')
    """
    made = [re.sub(r"\W+", "_", name).strip("_") for name in names]
    return tuple(
        name if name.isidentifier() or not other.isidentifier() or made.count(other) > 1 else other
        for name, other in zip(names, made, strict=True)
    )


def column_index(names: tuple[str, ...], wanted: str, option: str, file: str) -> int:
    """Index of the column of that name, else of that number; a name that is a number goes first."""
    refuse_twice(names, wanted, file)
    if wanted in names:
        return names.index(wanted)
    numbers = [str(number) for number in range(1, len(names) + 1)]
    if wanted in numbers:
        return numbers.index(wanted)
    if option == "--weights" and not wanted.isidentifier() and any(sign in wanted for sign in "/*^"):
        # A formula of a column is another weight than the column.
        raise InputError("weights-formula", text=printable(wanted), columns=listed(names))
    near = closest(wanted, list(names))
    hint = f"did you mean `{option} {near}`?" if near else f"{option} takes a name or a number"
    raise InputError("csv-unknown-column", file=file, name=printable(wanted), columns=listed(names), hint=hint)
