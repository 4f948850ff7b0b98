"""`bpcli graph`: the graph of an expression, drawn."""

from __future__ import annotations

import sys

from bpcli.cli.output import write, write_json
from bpcli.errors import DONE, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.work import Work
    from bpcli.render.drawings.diagram import Diagram


def run(work: Work) -> int:
    """The graph with values and gradients where values are given, else its structure."""
    from bpcli.render.drawings.diagram import STYLES, diagram, structure

    style = work.options.get("style", STYLES[0])
    if style not in STYLES:
        raise InputError("unknown-style", style=style, known=", ".join(STYLES))
    if "ascii" in work.options and work.format not in ("rich", "plain"):
        raise InputError("ascii-elsewhere", format=work.format)
    trace = None
    if work.given or work.wrt is not None or not work.program.inputs:
        from bpcli.tracing.record import record

        trace = record(work.program, work.given, work.wrt)
    if work.format == "json":
        from bpcli.render.graph import graph_dict

        write_json(graph_dict(work.program, trace))
        return DONE
    if trace is None:
        made = structure(work.program, style, work.language)
    else:
        made = diagram(trace, style, work.digits, work.language)
    if work.format in ("rich", "plain"):
        _draw(made, work.format == "rich", "ascii" in work.options, work.quiet)
    else:
        show(made, work.format)
    return DONE


def show(made: Diagram, format: str) -> None:  # noqa: A002 - the name of the option
    """A diagram in a format of its own: dot, mermaid or svg."""
    from importlib import import_module

    write(import_module(f"bpcli.render.drawings.{format}").diagram_lines(made))


def _draw(made: Diagram, coloured: bool, ascii: bool, quiet: bool) -> None:  # noqa: A002
    """The drawing, as wide as the terminal is; -q is the drawing alone."""
    from shutil import get_terminal_size

    width = get_terminal_size().columns
    if coloured and not ascii and not quiet:
        from bpcli.render.terminal import print_diagram

        sys.stdout.flush()
        print_diagram(made, width)
    else:
        from bpcli.render.drawings.characters import diagram_lines

        write(diagram_lines(made, width, ascii, alone=quiet))
