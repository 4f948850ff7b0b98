"""Why a derivative is what it is, in sentences."""

from __future__ import annotations

from bpcli.calculus.kinds import formula, partial_text
from bpcli.calculus.symbols import Symbols
from bpcli.engine.point import short
from bpcli.language.text import ATOM, SUM, expression
from bpcli.numbers import DIGITS, show
from bpcli.ops import TABLE
from bpcli.render.words import sentence
from bpcli.tracing import reasons
from bpcli.tracing.record import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.graph import Program
    from bpcli.tracing.reasons import Cause, Why

HEADS = {
    reasons.UNDEFINED_VALUE: "{total} does not exist, because {output} has no value here",
    reasons.UNDEFINED: "{total} has no value",
    reasons.INFINITE: "{total} is {slope}",
    reasons.ZERO: "{total} is 0",
    reasons.HUGE: "{total} = {slope} is huge",
    reasons.TINY: "{total} = {slope} is tiny",
    reasons.ORDINARY: "{total} = {slope} is an ordinary number",
}
CAUSES = {
    reasons.INDEPENDENT: "no path leads from {name} to {output}",
    reasons.CUT: "{node} cuts the path: its value passes, and nothing comes back",
    reasons.STEP: "{node}{at} is piecewise constant: its slope is 0 wherever it has one",
    reasons.CLOSED: "{node}{at} is closed towards {argument}{condition}",
    reasons.NOUGHT: "the local derivative {local} is 0{at}",
    reasons.UNDERFLOW: "at {node}, {upstream} * {number} is too small for a number, and becomes 0",
    reasons.CANCELS: "at {node} the branches cancel: their sum is 0",
    reasons.POLE: "the local derivative {local} is infinite{at}",
    reasons.OVERFLOW: "at {node}, {upstream} * {number} is beyond the largest number",
    reasons.ZERO_TIMES_INFINITE: (
        "at {node}{at}, {upstream} from above meets the local derivative {local}, which is {number}: "
        "their product has no value"
    ),
    reasons.NO_LOCAL: "the local derivative {local} has no value{at}",
    reasons.OPPOSED: "at {node} infinities of both signs are added, and their sum has no value",
    reasons.FACTOR: "the factor {local} is {number}{at}",
}
LONGEST = 48  # characters of a local formula that is shown


def called(program: Program, node: int, most: int = 40) -> str:
    """A node by its name, else by its formula."""
    return program.graph.name.get(node) or short(program, node, most)


def headline(why: Why, digits: int = DIGITS) -> str:
    """What the derivative is."""
    output = why.program.output_name
    return HEADS[why.kind].format(total=f"d{output}/d{why.name}", output=output, slope=show(why.slope, digits))


def cause_text(why: Why, cause: Cause, digits: int = DIGITS) -> str:
    """One edge that decides, with the numbers that made it."""
    program = why.program
    at = ", ".join(f"{called(program, node, 20)} = {show(value, digits)}" for node, value in cause.inputs)
    if cause.kind == reasons.OVERFLOW and cause.argument < 0:
        return f"the sum of the branches into {short(program, cause.node)} is beyond the largest number"
    template = CAUSES[cause.kind]
    if cause.kind == reasons.STEP and program.graph.op[cause.node] in program.graph.functions:
        template = "{node}{at} has the rule 0 by {argument}"
    return template.format(
        name=why.name,
        output=program.output_name,
        node=short(program, cause.node),
        argument="" if cause.argument < 0 else called(program, cause.argument),
        at=f" with {at}" if at else "",
        local=_local(why, cause),
        condition=_condition(why, cause),
        upstream=show(cause.upstream, digits),
        number=show(cause.local, digits),
    )


def _spelled(why: Why, cause: Cause) -> dict[str, tuple[str, int]]:
    """The names that stand in a rule, as the program spells them at the node."""
    program = why.program
    graph = program.graph
    declared = TABLE.get(graph.op[cause.node])
    params = declared.params if declared is not None else graph.functions[graph.op[cause.node]].params
    arguments = graph.args[cause.node]
    if declared is not None and declared.variadic:
        arguments = (cause.argument,)
    spelled = {
        param: (called(program, argument, 20), SUM if graph.args[argument] and argument not in graph.name else ATOM)
        for param, argument in zip(params, arguments, strict=True)
    }
    return spelled | {"out": (called(program, cause.node, 20), ATOM)}


def _local(why: Why, cause: Cause) -> str:
    """d(sqrt(x))/dx = 1/(2*sqrt(x))"""
    if cause.argument < 0:
        return ""
    program = why.program
    graph = program.graph
    written = f"d({short(program, cause.node)})/d({called(program, cause.argument)})"
    if not graph.args[cause.argument] or cause.argument in graph.name:
        written = f"d({short(program, cause.node)})/d{called(program, cause.argument)}"
    declared = TABLE.get(graph.op[cause.node])
    if declared is None or declared.variadic:
        return written
    local, _ = partial_text(declared, declared.params[cause.position], True)
    read, spelled = formula(local), _spelled(why, cause)
    if any(graph.constant[argument] for argument in graph.args[cause.node]):
        constants = Symbols(graph)
        shown = folded(read, constants, declared.params, graph.args[cause.node], graph.name, spelled)
    else:
        shown = expression(read.graph, read.output, spelled=spelled)
    return f"{written} = {shown}" if len(shown) <= LONGEST else written


def _condition(why: Why, cause: Cause) -> str:
    """Where a closed edge would be open, or what was chosen instead."""
    graph = why.program.graph
    declared = TABLE.get(graph.op[cause.node])
    if cause.kind != reasons.CLOSED or declared is None:
        return ""
    if graph.op[cause.node] == "where":
        return ": the other branch is taken"
    if declared.variadic:
        return ": it chose another argument"
    _, when = partial_text(declared, declared.params[cause.position], True)
    if not when:
        _, _, when = declared.partials[declared.params[cause.position]].partition(" if ")
    read = formula(when)
    return f": something flows only where {expression(read.graph, read.output, spelled=_spelled(why, cause))}"


def sentences(why: Why, digits: int = DIGITS) -> Iterator[str]:
    """The whole answer: what the derivative is, the path where one decides, and the edges."""
    yield headline(why, digits)
    if why.error is not None:
        message = why.error.report().split("\n")
        yield message[0].removeprefix("error: ")
        yield from message[1:]
        return
    if len(why.path) > 2 or (why.path and why.kind != reasons.ORDINARY):
        names = [called(why.program, node, 20) for node in why.path]
        if len(names) > 9:
            names = [*names[:4], "...", *names[-4:]]
        yield f"most of it comes along {' -> '.join(names)}: {show(why.product, digits)}"
    for cause in why.causes:
        yield f"- {cause_text(why, cause, digits)}"
    if why.more:
        yield f"and {why.more} more such edges"
    for note in why.notes:
        yield f"- {sentence(note)}"


def why_dict(why: Why) -> dict[str, object]:
    """bpcli.why/1"""
    from bpcli.render.json import plain_number

    program = why.program
    return {
        "schema": "bpcli.why/1",
        "name": why.name,
        "kind": why.kind,
        "gradient": plain_number(why.slope),
        "text": headline(why),
        "causes": [
            {
                "kind": cause.kind,
                "node": short(program, cause.node),
                "argument": None if cause.argument < 0 else called(program, cause.argument),
                "inputs": {called(program, node): plain_number(value) for node, value in cause.inputs},
                "upstream": plain_number(cause.upstream),
                "local": plain_number(cause.local),
                "product": plain_number(cause.product),
                "text": cause_text(why, cause),
            }
            for cause in why.causes
        ],
        "more": why.more,
        "path": [called(program, node) for node in why.path],
        "error": None if why.error is None else why.error.report().split("\n")[0].removeprefix("error: "),
    }
