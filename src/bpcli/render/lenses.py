"""What a lens shows, as tables, sentences and JSON. The words stand in tables by key."""

from __future__ import annotations

from bpcli.numbers import DIGITS, is_exact, show
from bpcli.render.layout import Table
from bpcli.tracing.lenses import REPEAT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from bpcli.tracing.lenses import Finding, Grid, Lens

TITLES = {
    "methods": "Cost of the whole gradient",
    "layers": "Flow of the gradient, from the output down",
    "kept": "Values kept for the backward pass",
    "plan": "Checkpoints",
    "passes": "Backward passes over the same graph",
}
COLUMNS = {
    "method": "method",
    "evaluations": "passes up",
    "sweeps": "sweeps down",
    "operations": "operations",
    "seconds": "seconds",
    "depth": "depth",
    "nodes": "nodes",
    "local": "largest local",
    "node": "node",
    "gradient": "gradient",
    "ratio": "times the one above",
    "step": "#",
    "formula": "computes",
    "keeps": "keeps",
    "segment": "segment",
    "first": "from #",
    "last": "to #",
    "checkpoint": "keeps for later",
    "again": "computed again",
    "pass": "pass",
}
METHODS = {
    "reverse": "reverse mode",
    "forward-mode": "forward mode",
    "central-difference": "central differences",
    "forward-difference": "forward differences",
}
FINDINGS = {
    "inputs": "reverse mode takes {ratio} times the operations of one evaluation, whatever the number of inputs "
    "(here {inputs}); the others take more with each input",
    "symbolic": "the derivatives as formulas, not simplified: {tree} symbols when written out; as a graph with shared "
    "parts, beside the {program} nodes of the program, new nodes: {shared}",
    "jacobian": "forward mode for all inputs at once carries the Jacobian of every step, {rows} x {columns} slopes "
    "({bytes} bytes); reverse mode holds a value and a gradient for every step, {kept} numbers ({held} bytes)",
    "measured": "seconds: the shortest of {times} runs in Python on this machine; one evaluation takes {evaluation}",
    "vanishing": "d{output}/d{name} vanishes: along its largest path {steps} local derivatives multiply to "
    "{product}, {mean} a step",
    "exploding": "d{output}/d{name} explodes: along its largest path {steps} local derivatives multiply to "
    "{product}, {mean} a step",
    "dead": "{node} = {formula} is dead: with {argument} = {value} it is shut, and nothing goes on below it",
    "saturated": "{node} = {formula} is saturated: with {argument} = {value} its value is {result}, "
    "its slope {local}",
    "and-more": "and {count} more like this",
    "healthy": "nothing vanishes, explodes, dies or saturates: the derivatives that are not 0 lie between {least} "
    "and {most} in size",
    "healthy-one": "nothing vanishes, explodes, dies or saturates: the derivative is {least} in size",
    "fades": "{depth} edges below the output the gradient has faded: the largest of that depth is {size}, at {node}",
    "swells": "{depth} edges below the output the gradient has swollen: the largest of that depth is {size}, at {node}",
    "nothing": "no gradient reaches any input",
    "kept": "computed values that are kept: {kept} of {steps} ({bytes} bytes in double precision); inputs that are "
    "read as well: {inputs}, which are there anyway",
    "no-plan": "with so few steps ({steps}) there is nothing to gain from checkpoints",
    "no-gain": "checkpoints would hold {most} values at a time, and keeping all that is needed holds {plain}: there is "
    "nothing to gain",
    "plan": "checkpoints: {saved}, and values inside one of the {segments} segments: at most {inside}; that is {most} "
    "at a time instead of {plain}, for {extra} steps that are computed again ({share} of an evaluation)",
    "zeroed": "the gradients were set to zero before each pass, so every pass leaves the same",
    "not-zeroed": "a backward pass adds to what is there: unless it is set to zero, pass k leaves k times the gradient",
}


def lens_tables(lens: Lens, output: str, digits: int = DIGITS) -> Iterator[Table]:
    """The grids as tables of text."""
    for grid in lens.grids:
        named = [f"d{output}/d{name}" if lens.kind == REPEAT and place else COLUMNS[name]
                 for place, name in enumerate(grid.columns)]  # fmt: skip
        rows = [tuple(_cells(lens, grid, row, place, digits)) for place, row in enumerate(grid.rows)]
        yield Table(TITLES[grid.name], tuple(named), rows, len(rows))


def _cells(lens: Lens, grid: Grid, row: tuple[Any, ...], place: int, digits: int) -> Iterator[str]:
    summed = lens.kind == REPEAT and lens.findings[0].kind == "not-zeroed" and place > 0
    for position, cell in enumerate(row):
        shown = _shown(cell, 3 if grid.columns[position] == "seconds" else digits)
        if summed and position:
            before, added = grid.rows[place - 1][position], grid.rows[0][position]
            terms = [_shown(before, digits), _shown(added, digits)]
            exact = all(map(is_exact, (*terms, shown), (before, added, cell)))
            second = f"({terms[1]})" if terms[1].startswith("-") else terms[1]
            shown = f"{terms[0]} + {second} {'=' if exact else '≈'} {shown}"
        yield METHODS.get(shown, shown) if grid.columns[position] == "method" else shown


def _shown(cell: Any, digits: int) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else show(cell, digits)


def finding_text(finding: Finding, digits: int = DIGITS) -> str:
    """A finding as a sentence."""
    few = {"ratio", "share", "mean", "evaluation"}
    facts = {key: _shown(fact, 3 if key in few else digits) for key, fact in finding.facts.items()}
    alone = finding.kind == "healthy" and facts["least"] == facts["most"]
    return FINDINGS["healthy-one" if alone else finding.kind].format(**facts)


def lens_dict(lens: Lens) -> dict[str, Any]:
    """An entry of `lens`."""
    from bpcli.render.json import jsonable

    return {
        "kind": lens.kind,
        "tables": {
            grid.name: [jsonable(dict(zip(grid.columns, row, strict=True))) for row in grid.rows] for grid in lens.grids
        },
        "findings": [
            {"kind": finding.kind, "facts": jsonable(finding.facts), "text": finding_text(finding)}
            for finding in lens.findings
        ],
    }
