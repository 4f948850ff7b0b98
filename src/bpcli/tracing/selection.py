"""A part of a trace: one of its tables, some of their rows, or what has happened until a node is done."""

from __future__ import annotations

from copy import copy

from bpcli.errors import InputError, closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.tracing.record import Trace

PARTS = ("forward", "backward", "tangents", "paths")


def selected(trace: Trace, only: str | None = None, until: str | None = None, rows: str | None = None) -> Trace:
    """A trace with what was asked for; `whole` of it is the trace that it comes from.

    only:  the name of one part
    until: a node: the passes stop when its value is known, or with its derivative where the value is known from
           the start or the backward pass alone is asked for
    rows:  rows of each table, counted from 1: `1:4`, `3:`, `:4` or `3`

    Raises InputError for a part that this trace does not have, an unknown node, and rows beyond the last.
    """
    part = copy(trace)
    part.whole = trace
    if only is not None:
        present = [each for each in PARTS if getattr(trace, each)]
        if only == "paths" and only not in present and (entry := _entry_of(trace)):
            raise InputError("paths-of-arrays", example=entry)
        if only not in present:
            raise InputError("unknown-part", part=only, known=", ".join(present) or "none")
        for each in PARTS:
            if each != only:
                setattr(part, each, {} if each in ("tangents", "paths") else [])
    if until is not None:
        if only == "paths":
            raise InputError("until-paths", name=until)
        _stop(part, until, only)
    if rows is not None:
        first, last = _bounds(rows)
        most = max(len(part.forward), len(part.backward), *map(len, part.tangents.values()))
        if first > most:
            raise InputError("rows-outside", text=rows, last=most)
        part.forward = part.forward[first - 1 : last]
        part.backward = part.backward[first - 1 : last]
        part.tangents = {name: edges[first - 1 : last] for name, edges in part.tangents.items()}
        if only != "paths":
            part.paths = {}
    return part


def _entry_of(trace: Trace) -> str:
    """The first entry of the first array that is given: W1[0,0]; "" where none is."""
    sizes = {name: getattr(value, "shape", ()) for name, value in trace.given.items()}
    return next((f"{name}[{','.join('0' * len(shape))}]" for name, shape in sizes.items() if shape), "")


def _stop(part: Trace, until: str, only: str | None) -> None:
    """Leave out what comes after a node is done."""
    nodes = {entry.name: node for node, entry in part.nodes.items()}
    if until not in nodes:
        near = closest(until, list(nodes))
        hint = f"did you mean {near}?" if near else ""
        raise InputError("until-unknown", name=until, names=", ".join(nodes) or "none", hint=hint)
    node = nodes[until]
    steps = [place for place, step in enumerate(part.forward) if step.node == node]
    part.paths, part.check = {}, None
    if only == "tangents":
        # A node is done when its tangent is; an input has one from the start.
        part.tangents = {
            name: [edge for edge in edges if edge.node <= node] for name, edges in part.tangents.items()
        }
        if node != part.output:
            part.gradient = {}
        return
    if steps and only != "backward":
        part.forward = part.forward[: steps[0] + 1]
        part.backward, part.tangents, part.gradient = [], {}, {}
        return
    arrivals = [place for place, row in enumerate(part.backward) if row.argument == node]
    if not arrivals:
        # Nothing comes back to it: its derivative is known when the pass has gone by.
        arrivals = [place for place, row in enumerate(part.backward) if row.node > node] or [-1]
    done = {row.argument for row in part.backward[: arrivals[-1] + 1]}
    part.backward = part.backward[: arrivals[-1] + 1]
    names = part.program.names
    part.gradient = {name: slope for name, slope in part.gradient.items() if name == until or names[name] in done}
    waiting = {row.argument for row in (part.whole or part).backward[len(part.backward) :]}
    part.gradient = {name: slope for name, slope in part.gradient.items() if names[name] not in waiting}


def _bounds(text: str) -> tuple[int, int | None]:
    """The first and the last row, both counted from 1; None for the end."""
    first, colon, last = text.partition(":")
    pieces = [piece.strip() for piece in (first, last)]
    valid = all(piece.isascii() and piece.isdigit() and len(piece) < 10 for piece in pieces if piece)
    start = int(pieces[0]) if valid and pieces[0] else 1
    stop = int(pieces[1]) if valid and pieces[1] else None
    if not colon:
        stop = start
    if not valid or not any(pieces) or start < 1 or (stop is not None and stop < start):
        raise InputError("rows-unreadable", text=text)
    return start, stop
