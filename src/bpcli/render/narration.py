"""A trace told in words: one sentence a step, by what its rule does with the numbers that were there."""

from __future__ import annotations

from bpcli.calculus.sweeps import NO_SLOPE, SHUT
from bpcli.numbers import DIGITS, nearest, show, told
from bpcli.ops import TABLE
from bpcli.render import layout
from bpcli.render.arrays import shape_of
from bpcli.render.cells import Cells, bracketed, rounded
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.words import phrase
from bpcli.tracing.edges import IDLE
from bpcli.tracing.pulls import upstream_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Forward

LEVELS = ("brief", "normal", "story")
LONGEST = 60  # characters of a local formula that is told
SATURATED = 0.05  # the slope of a squashing function, of which 1 is the most, from here on down

# What an edge of an operation does: one word for all its arguments, or one for each.
RULES: dict[str, str | tuple[str, ...]] = {
    "add": "copy",
    "sub": ("keep", "flip"),
    "neg": "flip",
    "mul": "swap",
    "div": ("scale", "divisor"),
    "powc": ("power", "exponent"),
    "pow": ("power", "exponent"),
    "mod": ("remainder", "smooth"),
    "hypot": "side",
    "exp": "exponential",
    "log": "logarithm",
    "log2": "logarithm",
    "log10": "logarithm",
    "log1p": "logarithm",
    "log_base": ("logarithm", "smooth"),
    "logaddexp": "soft share",
    "sqrt": "root",
    "cbrt": "root",
    "tanh": "squash",
    "sigmoid": "squash",
    "softsign": "squash",
    "erf": "squash",
    "sin": "wave",
    "cos": "wave",
    "relu": "valve",
    "leaky_relu": ("leak", "smooth"),
    "elu": ("soft valve", "smooth"),
    "selu": "soft valve",
    "gelu": "soft valve",
    "gelu_tanh": "soft valve",
    "silu": "soft valve",
    "softplus": "soft valve",
    "mish": "soft valve",
    "hard_tanh": "window",
    "hard_sigmoid": "window",
    "relu6": "window",
    "clip": ("window", "bound", "bound"),
    "abs": "sign",
    "max": "largest",
    "max_first": "largest",
    "max_last": "largest",
    "min": "smallest",
    "min_first": "smallest",
    "min_last": "smallest",
    "where": ("condition", "branch", "branch"),
    "detach": "cut",
    "same": "pass",
}
# What those do that an edge may be closed to: open, closed.
DOORS = {
    "valve": ("valve open", "valve shut"),
    "window": ("window open", "window shut"),
    "bound": ("bound open", "bound shut"),
    "branch": ("branch taken", "branch left"),
    "largest": ("largest won", "largest lost"),
    "smallest": ("smallest won", "smallest lost"),
}
# What becomes of an edge that is not open, as a key of `mechanisms_of`.
BECOMES = {IDLE: "idle", SHUT: "shut", NO_SLOPE: "flat"}
TIED = {"largest": "largest tied", "smallest": "smallest tied"}


def mechanisms_of(op: str, position: int) -> dict[str, str]:
    """What an edge of an operation does, as keys of MECHANISMS, by what may become of it.

    open:  the usual; `part` where its slope is not 1, and `weak` where that is small, if that makes a difference
    shut, flat, idle: where nothing passes
    """
    if op not in TABLE:
        return dict.fromkeys(("open", "shut", "flat"), "own") | {"idle": "idle"}
    rule = RULES.get(op, "smooth")
    if not isinstance(rule, str):
        rule = rule[position]
    flat = "comparison" if TABLE[op].group == "comparisons and logic" else "flat"
    if rule in DOORS:
        opened, shut = DOORS[rule]
        found = {"open": opened, "shut": shut, "flat": opened}
        if rule in TIED:
            found["part"] = TIED[rule]
    else:
        found = {"open": rule, "shut": "shut", "flat": rule if rule in ("cut", "condition") else flat}
        if rule == "squash":
            found["weak"] = "saturated"
    return found | {"idle": "idle"}


def mechanisms_at(trace: Trace, row: Backward) -> dict[str, str]:
    """The same of an edge of a record; e^x is an exponential, however it is written, and x^-1 no product of copies."""
    graph = trace.program.graph
    op, arguments = graph.op[row.node], graph.args[row.node]
    natural = op in ("pow", "powc") and row.position == 1 and graph.payload.get(arguments[0]) == "e"
    found = mechanisms_of("exp", 0) if natural else mechanisms_of(op, row.position)
    if op == "powc" and not row.position:
        exponent = trace.constants.get(arguments[1])
        copies = 0.0 if exponent is None else float(nearest(exponent.value))
        if copies < 1 or not copies.is_integer():
            found["open"] = "bent power"
    return found


def tells_arrays(trace: Trace, row: Backward) -> bool:
    """Whether an edge is told as one between tensors; one between single numbers is not."""
    return trace.of_tensors and (row.pull is not None or any(map(shape_of, (row.upstream, row.product))))


def mechanism(trace: Trace, row: Backward) -> str:
    """What an edge does, as a key of MECHANISMS, or between tensors of TENSOR_RULES."""
    if tells_arrays(trace, row):
        from bpcli.render.tensor_words import tensor_mechanism

        return f"tensors {tensor_mechanism(trace, row)}"
    known = mechanisms_at(trace, row)
    if row.state in BECOMES:
        return known[BECOMES[row.state]]
    if "part" in known and size(row.local) != 1:
        return known["part"]
    return known["weak" if "weak" in known and size(row.local) < SATURATED else "open"]


def size(number: object) -> float:
    """How large a number of any kind is."""
    return abs(float(nearest(number)) if hasattr(number, "shown") else float(number))  # type: ignore[arg-type]


def edge_sentence(
    trace: Trace, row: Backward, level: str, digits: int = DIGITS, language: str = ENGLISH, again: bool = False
) -> str:
    """What one edge does, with its numbers; and where branches meet, what they come to so far.

    again: whether what its rule does has been explained already, so that the short form will do
    """
    place = LEVELS.index(level)
    if tells_arrays(trace, row):
        from bpcli.render.tensor_words import tensor_sentence

        return tensor_sentence(trace, row, place, language, again, digits)
    words = texts(language, "EXPLAIN")
    template: str = texts(language, "MECHANISMS")[mechanism(trace, row)][again_place(level) if again else place]
    said = template.format(**edge_facts(trace, row, words["condition"][place], digits))
    if again:
        said = words["again"][place].format(text=said)
    joint: str = words["join"][place]
    return joint.join([said, *part_sentences(trace, row, place, digits, language)])


def again_place(level: str) -> int:
    """Which of its sentences a rule takes where it has been explained: the short one; a story goes on as a story."""
    return LEVELS.index(level) if level == "story" else 0


def edge_facts(trace: Trace, row: Backward, condition: str, digits: int) -> dict[str, str]:
    """What stands in the sentences about an edge; `condition` where it has none of its own."""
    node, argument = trace.nodes[row.node], trace.nodes[row.argument]
    shown, relation, product = told("*", [row.upstream, row.local], row.product, digits)
    upstream, local = shown
    sign = bracketed
    formula = row.formula if row.formula != local and len(row.formula) <= LONGEST else ""
    return {
        "node": node.name,
        "argument": argument.name,
        "upstream": upstream,
        "local": local,
        "product": product,
        "factors": f"{sign(upstream)} * {sign(local)} {relation} {product}",
        "slope": f"{formula} {rounded(formula, row.local)} {local}" if formula else local,
        "condition": row.condition or condition,
        "input": show(argument.value, digits),
        "value": show(node.value, digits),
    }


def part_sentences(trace: Trace, row: Backward, place: int, digits: int, language: str) -> Iterator[str]:
    """Where several branches arrive at one node: which of them this is, and their sum."""
    if row.arriving < 2:
        return
    words = texts(language, "EXPLAIN")
    name = trace.nodes[row.argument].name
    facts: dict[str, object] = {
        "argument": name, "total": total_name(trace, name), "count": row.count, "arriving": row.arriving,
        "product": show(row.product, digits),
    }  # fmt: skip
    if row.before is None:
        yield words["first part"][place].format(**facts)
        return
    terms, relation, total = told("+", [row.before, row.product], row.total, digits)
    facts["sum"] = f"{terms[0]} + {bracketed(terms[1])} {relation} {total}"
    yield words["last part" if row.count == row.arriving else "next part"][place].format(**facts)


def forward_sentence(trace: Trace, step: Forward, place: int, digits: int, language: str) -> str:
    """What one step of the forward pass did."""
    if any(map(shape_of, (*step.operands, step.value))):
        from bpcli.render.tensor_words import step_sentence

        return step_sentence(trace, step, place, language, digits)
    _, name, formula, numbers, value = Cells(trace, digits, language).step(step)
    relation, value = ("≈", value[2:]) if value.startswith("≈") else ("=", value)
    template: str = texts(language, "EXPLAIN")["forward"][place]
    return template.format(
        step=step.step, node=name, formula=formula, numbers=numbers, relation=relation, value=value
    )


def total_name(trace: Trace, name: str) -> str:
    """dy/dw, as the tables have it."""
    return f"{'' if trace.scale == 1 else 'S*'}d{layout.output_name(trace)}/d{name}"


def narration(
    trace: Trace, level: str, digits: int = DIGITS, language: str = ENGLISH, whole: bool = True
) -> Iterator[str]:
    """The trace in words, one line a step, its title first; a long one as head and tail unless `whole`."""
    place, words, output = LEVELS.index(level), texts(language, "EXPLAIN"), layout.output_name(trace)
    yield words["title"][place]
    if place:
        steps = ((forward_sentence(trace, step, place, digits, language),) for step in trace.forward)
        yield from _listed(steps, len(trace.forward), language, whole)
    if trace.tangents:
        from bpcli.render.nudges import nudge_lines

        for name, rows in trace.tangents.items():
            first, *others = nudge_lines(trace, name, level, digits, language)
            yield first
            yield from _listed(((line,) for line in others[: len(rows)]), len(rows), language, whole)
            yield from others[len(rows) :]
        return
    if place and trace.backward:
        scale = show(trace.scale)
        yield words["start"][place].format(total=total_name(trace, output), output=output, scale=scale)
    if trace.of_tensors and trace.backward:
        yield phrase("upstream is", language, g=upstream_name(trace.program))
    yield from _listed(_edge_lines(trace, level, digits, language), len(trace.backward), language, whole)
    if place:
        for name, slope in trace.gradient.items():
            total = f"d{output}/d{name}"
            if shape_of(slope):
                from bpcli.render.tensor_words import result_sentence

                yield result_sentence(name, total, slope, output, place, language)
                continue
            key = "result" if size(slope) else "result zero"
            yield words[key][place].format(total=total, slope=show(slope, digits), name=name, output=output)


def _edge_lines(trace: Trace, level: str, digits: int, language: str) -> Iterator[tuple[str, ...]]:
    """The edges; what a rule does is explained at length where it is met first."""
    met: set[str] = set()
    for row in trace.backward:
        edge = f"{row.step}  {trace.nodes[row.node].name} -> {trace.nodes[row.argument].name}"
        rule = mechanism(trace, row)
        text = edge_sentence(trace, row, level, digits, language, again=rule in met)
        met.add(rule)
        yield (phrase("labelled", language, label=edge, text=text),)


def _listed(rows: Iterator[tuple[str, ...]], count: int, language: str, whole: bool) -> Iterator[str]:
    """Lines, shortened as tables are."""
    for row in layout.shortened(layout.Table("", ("",), rows, count, language=language), whole):
        yield row if isinstance(row, str) else row[0]
