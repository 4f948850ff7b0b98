"""A trace as a page that plays: one file that needs nothing else, with the program inside to change the inputs.

The tables stand in the page as text, so that it says something wherever it is opened; the scripts of `page/` write
them again with every change, draw the graph, and step through both passes.
"""

from __future__ import annotations

import html
import json
import re

from bpcli.engine.exported import exported, written
from bpcli.engine.floats import FLOATS
from bpcli.files import page_text
from bpcli.language import text
from bpcli.numbers import DIGITS
from bpcli.ops import TABLE
from bpcli.render import layout
from bpcli.render.cells import ARITHMETIC
from bpcli.render.drawings.stage import label, stage
from bpcli.render.languages import ENGLISH, LANGUAGES, page_sentences, tag, texts
from bpcli.render.narration import LEVELS, SATURATED, again_place, mechanisms_at, narration
from bpcli.render.words import moved, phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from bpcli.render.layout import Table
    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Forward

MOST_STEPS = 60  # forward; a longer trace has no drawing and no sliders
MOST_EDGES = 180
LONGEST_PROGRAM = 60_000  # characters; rules of one's own can be of any length
# What the page says in the words of all other formats: PHRASES, and the titles of columns.
SHARED = (
    "forward", "backward", "start", "paths", "not taken", "taken", "not", "cut", "flat", "nothing arrives",
    "nothing passes", "counter", "more paths", "together", "total", "direct", "through", "through many", "factors",
    "labelled", "facts",
)  # fmt: skip
COLUMNS = (
    "node", "computes", "with numbers", "value", "edge", "upstream", "local", "product", "running total", "path",
    "locals", "path product",
)  # fmt: skip
TOLD = (
    "condition", "again", "join", "title", "forward", "start", "result", "result zero", "first part", "next part",
    "last part",
)  # fmt: skip
HOLE = "\ue000"  # stands for an operand in the text of a step

LINE, BETWEEN = "\n", "\n\n"  # of a cell: the next line, and the next part
NO_TITLES: Mapping[str, str] = {}
# Nothing is loaded and nothing is sent, whatever stands in the text of a user.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def page_pieces(
    trace: Trace, digits: int = DIGITS, language: str = ENGLISH, explain: str = "",
    titles: Mapping[str, str] = NO_TITLES,
) -> Iterator[str]:
    """The page, piece by piece; told in words too at a level of narration.LEVELS.

    titles: what it is called in each language, if not the usual
    """
    say = page_sentences(language)
    if titles:
        say = {**say, "title": titles[language]}
    lesson = lesson_data(trace, digits, language, explain) if _plays(trace) else None
    if lesson is not None:
        for each, own in titles.items():
            lesson["sentences"][each]["title"] = own
    packed = embedded(lesson) if lesson is not None else ""
    if lesson is not None and len(packed) > LONGEST_PROGRAM + _own_size(lesson):
        packed = ""
    called = f"{say['title']}: {layout.header(trace)[0][:80]}" if titles else f"{_output(trace)}: {say['title']}"
    title = html.escape(called)
    yield f'<!doctype html>\n<html lang="{tag(language)}">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield f"<title>{title}</title>\n<style>\n{page_text('page.css')}</style>\n</head>\n<body>\n"
    yield from _heading(trace, digits, say["title"], language)
    if packed:
        yield f'<noscript><p class="notice">{html.escape(say["no-script"])}</p></noscript>\n'
        yield '<div id="stage" class="stage" hidden></div>\n'
    else:
        notice = say["arrays" if trace.of_tensors else "tables-forward" if trace.tangents else "tables-alone"]
        for steps, most in ((len(trace.forward), MOST_STEPS), (len(trace.backward), MOST_EDGES)):
            if steps > most:
                notice = say["too-long"].format(steps=steps, most=most)
                break
        yield f'<p class="notice">{_with_commands(notice)}</p>\n'
        if trace.of_tensors and len(trace.forward) <= MOST_STEPS:
            yield from _drawing(trace, digits, language)
    yield '<div id="tables" class="tables">\n'
    yield from _tables(trace, digits, language)
    if explain:
        yield from _words(trace, explain, digits, language)
    yield '</div>\n<footer id="closing">\n'
    for line in layout.closing(trace, digits, language):
        yield f"<p>{html.escape(line)}</p>\n"
    yield "</footer>\n"
    if packed:
        yield f'<script type="application/json" id="lesson">{packed}</script>\n'
        for name in ("primitives.js", "program.js", "numbers.js", "drawing.js", "words.js", "page.js"):
            yield f"<script>\n{page_text(name)}</script>\n"
    yield "</body>\n</html>\n"


def _with_commands(sentence: str) -> str:
    """A sentence as HTML; what stands between backticks is a command."""
    pieces = html.escape(sentence).split("`")
    return "".join(f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))


def _plays(trace: Trace) -> bool:
    """Whether the page can calculate this trace itself, and is not too long for a drawing."""
    alike = trace.kind is FLOATS and not trace.of_tensors and trace.scale == 1 and not trace.tangents
    return alike and len(trace.forward) <= MOST_STEPS and len(trace.backward) <= MOST_EDGES


def _output(trace: Trace) -> str:
    return trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name


def _heading(trace: Trace, digits: int, title: str, language: str) -> Iterator[str]:
    """What is differentiated, where."""
    formula, *rest = layout.header(trace, digits, language)
    yield f'<header>\n<p id="title" class="title">{html.escape(title)}</p>\n'
    statements = formula.split("; ")
    yield "<h1>" if len(statements) == 1 else '<h1 class="several">'
    yield "<br>".join(f"<code>{html.escape(line)}</code>" for line in statements)
    yield f'</h1>\n<p id="given">{html.escape("; ".join(rest))}</p>\n</header>\n'


def _drawing(trace: Trace, digits: int, language: str) -> Iterator[str]:
    """The graph as it stands: a page with arrays does not calculate."""
    from bpcli.render.drawings import svg
    from bpcli.render.drawings.diagram import diagram

    yield '<figure class="drawing">\n'
    for line in svg.diagram_lines(diagram(trace, digits=digits, language=language)):
        if not line.startswith("<?xml"):
            yield f"{line}\n"
    yield "</figure>\n"


def _tables(trace: Trace, digits: int, language: str) -> Iterator[str]:
    """The tables of both passes, and of paths."""
    forward, backward = phrase("forward", language), phrase("backward", language)
    for table in (*layout.passes(trace, digits, language), *layout.path_tables(trace, digits, language)):
        yield from _table(table, {forward: "forward", backward: "backward"}.get(table.title, ""))


def _words(trace: Trace, level: str, digits: int, language: str) -> Iterator[str]:
    title, *told = narration(trace, level, digits, language)
    yield f'<section id="words" class="words">\n<h2>{html.escape(title)}</h2>\n'
    for line in told:
        yield f"<p>{html.escape(line)}</p>\n"
    yield "</section>\n"


def table_head(table: Table, identifier: str = "") -> Iterator[str]:
    """A table up to its first row: its title, what is said below that, and the titles of its columns."""
    name = f' id="{identifier}"' if identifier else ""
    yield f"<section{name}>\n<h2>{html.escape(table.title)}</h2>\n"
    if table.aside:
        yield f'<p class="aside">{html.escape(table.aside)}</p>\n'
    yield '<div class="wide"><table>\n<thead><tr>'
    yield "".join(f"<th>{html.escape(column)}</th>" for column in table.columns)
    yield "</tr></thead>\n<tbody>\n"


def _table(table: Table, identifier: str) -> Iterator[str]:
    yield from table_head(table, identifier)
    for row in table.rows:
        # A matrix, and a rule with its shapes, stand in lines of their own.
        cells = [
            f'<td class="lines">{html.escape(cell.replace(BETWEEN, LINE))}</td>' if LINE in cell
            else f"<td>{_in_pieces(cell)}</td>"
            for cell in row
        ]  # fmt: skip
        yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody>\n</table></div>\n</section>\n"


def _in_pieces(cell: str) -> str:
    """A cell in pieces that stay whole: where its column is narrow it goes on before what it equals."""
    first, *others = map(html.escape, re.split(r" (?=[=≈] )", cell))
    return " ".join(f'<span class="piece">{piece}</span>' for piece in (first, *others)) if others else first


def sentences(language: str) -> dict[str, str]:
    """What the page says that is no sentence about a rule: its own texts, and those that it shares."""
    phrases, columns = texts(language, "PHRASES"), texts(language, "COLUMNS")
    shared = {key: phrases[key] for key in SHARED} | {f"column {key}": columns[key] for key in COLUMNS}
    return {**page_sentences(language), **shared}


def narration_data(language: str, level: str, rules: set[str]) -> dict[str, Any]:
    """The sentences of the narration at a level; of what these rules do the short form too."""
    place = LEVELS.index(level)
    explain, mechanisms = texts(language, "EXPLAIN"), texts(language, "MECHANISMS")
    return {
        "explain": {key: explain[key][place] for key in TOLD},
        "mechanisms": {rule: [mechanisms[rule][again_place(level)], mechanisms[rule][place]] for rule in sorted(rules)},
    }


def _own_size(lesson: dict[str, Any]) -> int:
    """The size of what comes with every lesson, however short its program."""
    return len(embedded([lesson["sentences"], lesson["narration"]]))


def embedded(data: Any) -> str:
    """Data as JSON that can stand in a script element: no text of a user ends it, or a line of it."""
    packed = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        packed = packed.replace(char, f"\\u{ord(char):04x}")
    return packed


def lesson_data(
    trace: Trace, digits: int = DIGITS, language: str = ENGLISH, explain: str = ""
) -> dict[str, Any] | None:
    """All that the scripts of the page need; None where they cannot calculate the program."""
    graph = trace.program.graph
    known = {node: entry.value for node, entry in trace.constants.items()}
    edges = [(row.node, row.position) for row in trace.backward]
    made = exported(graph, trace.output, edges, known, keep=trace.nodes)
    if made is None:
        return None
    places = made.places
    nodes = [
        {
            "place": places[node],
            "name": entry.name,
            "kind": "operation" if graph.args[node] else "input" if graph.op[node] == "var" else "constant",
            "op": entry.op,
            "formula": layout.spaced(trace, node),
            "label": label(trace, node),
            "uses": trace.uses.get(node, 0),
        }
        for node, entry in trace.nodes.items()
    ]
    rows = [
        {
            "step": row.step,
            "node": places[row.node],
            "argument": places[row.argument],
            "position": row.position,
            "derived": row.derived,
            "by": {
                each: moved(graph, row.node, row.position, trace.nodes[row.argument].name, each) for each in LANGUAGES
            },
            "formula": row.formula,
            "condition": row.condition,
            "count": row.count,
            "arriving": row.arriving,
            "becomes": mechanisms_at(trace, row),
        }
        for row in trace.backward
    ]
    rules = {rule for row in trace.backward for rule in mechanisms_at(trace, row).values()}
    gradient = [{"name": name, "place": places.get(trace.program.names[name])} for name in trace.gradient]
    return {
        "digits": digits,
        "language": language,
        "output": _output(trace),
        "program": made.data,
        "inputs": [{"name": name, "value": written(value)} for name, value in trace.given.items()],
        "nodes": nodes,
        "forward": [_forward(trace, step, places) for step in trace.forward],
        "backward": rows,
        "gradient": gradient,
        "stage": stage(trace, places),
        "facts": {each: layout.header(trace, digits, each)[-1] for each in LANGUAGES},
        "remarks": {each: _remarks(trace, digits, each) for each in LANGUAGES},
        "told": explain,
        "saturated": SATURATED,
        "sentences": {each: sentences(each) for each in LANGUAGES},
        "narration": {each: narration_data(each, explain or "normal", rules) for each in LANGUAGES},
    }


def _remarks(trace: Trace, digits: int, language: str) -> list[str]:
    """What was found at the inputs of the trace, beside the gradient: the check, and the notes."""
    first, *notes = layout.closing(trace, digits, language) or [""]
    return [*first.split("          ")[1 if trace.gradient else 0 :], *notes]


def _forward(trace: Trace, step: Forward, places: dict[int, int]) -> dict[str, Any]:
    """A step upwards, as a text with holes for the numbers."""
    entry = trace.nodes[step.node]
    op = entry.op
    holes = [HOLE if each is None else each for each in step.texts]
    levels = [text.SUM if " " in hole else text.constant_level(hole) for hole in holes]
    declared = TABLE.get(op)
    infix = declared is not None and bool(declared.symbol) and declared.symbol != "="
    power = declared is not None and declared.symbol == "^"
    return {
        "step": step.step,
        "place": places[step.node],
        "template": text.operation(op, holes, levels, spaced=True),
        "texts": list(step.texts),
        # Where a negative number takes brackets: 2 + (-3), (-2)^2
        "bracketed": [infix and (place > 0 or len(holes) == 1 or power) for place in range(len(holes))],
        "sign": ARITHMETIC.get(op),
        "known": declared is not None,
    }
