"""Why a derivative is what it is, in sentences."""

from __future__ import annotations

from bpcli.calculus.kinds import formula, partial_text
from bpcli.calculus.symbols import Symbols
from bpcli.engine.directions import entry_name
from bpcli.engine.noticing import short
from bpcli.language.text import ATOM, SUM, expression
from bpcli.numbers import DIGITS, show, told
from bpcli.ops import TABLE
from bpcli.render.cells import bracketed
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.layout import count_text
from bpcli.render.words import moved, sentence
from bpcli.tracing import reasons
from bpcli.tracing.names import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpcli.graph import Program
    from bpcli.tracing.paths import Paths
    from bpcli.tracing.reasons import Cause, Why

MOST_TERMS = 6  # paths, or factors of one, that are written out
LONGEST = 48  # characters of a local formula that is shown


def called(program: Program, node: int, most: int = 40) -> str:
    """A node by its name, else by its formula."""
    return program.graph.name.get(node) or short(program, node, most)


def headline(why: Why, digits: int = DIGITS, language: str = ENGLISH) -> str:
    """What the derivative is."""
    output = why.program.output_name
    kind = why.kind
    if why.causes and why.causes[0].kind in (reasons.OVERFLOW, reasons.LOCAL_OVERFLOW):
        kind = "overflow"
    template: str = texts(language, "HEADS")[kind]
    total = f"d{output}/d{entry_name(why.name, why.index)}"
    return template.format(total=total, output=output, slope=show(why.slope, digits))


def cause_text(why: Why, cause: Cause, digits: int = DIGITS, language: str = ENGLISH) -> str:
    """One edge that decides, with the numbers that made it."""
    if why.shaped and cause.kind in texts(language, "TENSOR_CAUSES"):
        return _of_entries(why, cause, digits, language)
    words = texts(language, "WHY")
    template: str
    program = why.program
    at = ", ".join(f"{called(program, node, 20)} = {show(value, digits)}" for node, value in cause.inputs)
    if cause.kind == reasons.OVERFLOW and cause.argument < 0:
        template = words["sum"]
        return template.format(node=short(program, cause.node))
    template = texts(language, "CAUSES")[cause.kind]
    if cause.kind == reasons.STEP and program.graph.op[cause.node] in program.graph.functions:
        template = words["own step"]
    return template.format(
        name=why.name,
        output=program.output_name,
        node=short(program, cause.node),
        argument="" if cause.argument < 0 else called(program, cause.argument),
        at=words["at"].format(at=at) if at else "",
        local="" if why.shaped else _local(why, cause, language),
        condition="" if why.shaped else _condition(why, cause, language),
        upstream=show(cause.upstream, digits),
        number=show(cause.local, digits),
    )


def _of_entries(why: Why, cause: Cause, digits: int, language: str) -> str:
    """An edge of tensors that decides."""
    program = why.program
    argument = called(program, cause.argument) if cause.argument >= 0 else ""
    template: str = texts(language, "TENSOR_CAUSES")[cause.kind]
    return template.format(
        node=called(program, cause.node),
        argument=argument,
        entry=f"{argument}{list(cause.index)}" if cause.index else argument,
        upstream=show(cause.upstream, digits),
        product=show(cause.product, digits),
        factor=show(cause.local, digits),
        places=_places(argument, cause.entries),
    )


def _places(name: str, entries: Sequence[tuple[int, ...]]) -> str:
    """The first few entries of an array: x[0], x[2] ..."""
    told = [entry_name(name if name.isidentifier() else f"({name})", entry) for entry in entries[:MOST_TERMS]]
    return ", ".join(told) + (" ..." if len(entries) > MOST_TERMS else "")


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


def _local(why: Why, cause: Cause, language: str = ENGLISH) -> str:
    """d(sqrt(x))/dx = 1/(2*sqrt(x))"""
    if cause.argument < 0:
        return ""
    program = why.program
    graph = program.graph
    argument = called(program, cause.argument)
    by = moved(graph, cause.node, cause.position, argument, language)
    if by == argument and graph.args[cause.argument] and cause.argument not in graph.name:
        by = f"({argument})"
    written = f"d({short(program, cause.node)})/d{by}"
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


def _condition(why: Why, cause: Cause, language: str) -> str:
    """Where a closed edge would be open, or what was chosen instead."""
    graph = why.program.graph
    words: Mapping[str, str] = texts(language, "WHY")
    declared = TABLE.get(graph.op[cause.node])
    if cause.kind != reasons.CLOSED or declared is None:
        return ""
    if graph.op[cause.node] == "where":
        return words["other branch"]
    if declared.variadic:
        return words["other argument"]
    _, when = partial_text(declared, declared.params[cause.position], True)
    if not when:
        _, _, when = declared.partials[declared.params[cause.position]].partition(" if ")
    read = formula(when)
    return words["only where"].format(condition=expression(read.graph, read.output, spelled=_spelled(why, cause)))


def _way(program: Program, nodes: Sequence[int]) -> str:
    """w -> x + w -> y"""
    names = [called(program, node, 20) for node in nodes]
    if nodes[-1] == program.output:
        names[-1] = program.output_name
    return " -> ".join([*names[:4], "...", *names[-4:]] if len(names) > 9 else names)


def _sum(why: Why, paths: Paths, digits: int, language: str) -> Iterator[str]:
    """The paths that add up to a derivative: how much each brings, its nodes, and its local derivatives."""
    words, program = texts(language, "WHY"), why.program
    products = [path.product for path in paths.listed]
    total = f"d{program.output_name}/d{why.name}"
    if len(products) == paths.count <= MOST_TERMS:
        terms, relation, slope = told("+", products, why.slope, digits)
        written = f"{terms[0]} + {' + '.join(map(bracketed, terms[1:]))} {relation} {slope}"
        yield words["sum of paths"].format(total=total, sum=written, count=paths.count)
    else:
        terms = [show(product, digits) for product in products]
        yield words["many paths"].format(total=total, count=count_text(paths.count, language))
    for path, product in list(zip(paths.listed, terms, strict=True))[:MOST_TERMS]:
        way = _way(program, path.nodes)
        twins = [each for each in paths.listed if each.nodes == path.nodes]
        if len(twins) > 1:
            places = [
                by
                for node, position in zip(path.nodes[1:], path.positions, strict=True)
                for name in [called(program, program.graph.args[node][position], 20)]
                if (by := moved(program.graph, node, position, name, language)) != name
            ]
            way = words["place"].format(path=way, place=", ".join(each.strip("()") for each in places))
        shown, relation, result = told("*", list(path.locals), path.product, digits)
        factors = " * ".join([shown[0], *map(bracketed, shown[1:])])
        key = "branch of factors" if 1 < len(shown) <= MOST_TERMS else "branch"
        yield "- " + words[key].format(product=product, path=way, factors=factors, relation=relation, result=result)
    rest = paths.count - min(len(products), MOST_TERMS)
    if rest:
        yield words["more paths"].format(count=count_text(rest, language))


def sentences(why: Why, digits: int = DIGITS, language: str = ENGLISH) -> Iterator[str]:
    """The whole answer: what the derivative is, the path where one decides, and the edges."""
    words = texts(language, "WHY")
    yield headline(why, digits, language)
    if why.error is not None:
        yield from why.error.lines(language)
        return
    if why.paths is not None:
        yield from _sum(why, why.paths, digits, language)
        if why.kind == reasons.ORDINARY:
            # The factors of one path say nothing of a sum.
            yield from (f"- {sentence(note, language)}" for note in why.notes)
            return
    if len(why.path) > 2 or (why.path and why.kind != reasons.ORDINARY):
        key = "path of entries" if why.shaped else "path"
        yield words[key].format(path=_way(why.program, why.path), product=show(why.product, digits))
    if why.shaped and why.kind not in (reasons.ZERO, reasons.UNDEFINED_VALUE):
        gone = sum(1 for entry in getattr(why.gradient, "flat", ()) if entry == 0)
        if gone:
            yield words["zero entries"].format(zeros=gone, count=why.gradient.size)
    for cause in why.causes:
        yield f"- {cause_text(why, cause, digits, language)}"
    if why.more:
        yield words["more"].format(count=why.more)
    for note in why.notes:
        yield f"- {sentence(note, language)}"


def why_dict(why: Why, language: str = ENGLISH) -> dict[str, object]:
    """bpcli.why/1"""
    from bpcli.render.json.values import jsonable, plain_number

    program = why.program
    return {
        "schema": "bpcli.why/1",
        "name": why.name,
        "kind": why.kind,
        "gradient": plain_number(why.gradient if why.shaped else why.slope),
        "text": headline(why, language=language),
        "causes": [
            {
                "kind": cause.kind,
                "node": short(program, cause.node),
                "argument": None if cause.argument < 0 else called(program, cause.argument),
                "inputs": {called(program, node): plain_number(value) for node, value in cause.inputs},
                "upstream": plain_number(cause.upstream),
                "local": plain_number(cause.local),
                "product": plain_number(cause.product),
                "text": cause_text(why, cause, language=language),
            }
            for cause in why.causes
        ],
        "more": why.more,
        "path": [called(program, node) for node in why.path],
        "paths": None
        if why.paths is None
        else {
            "count": str(why.paths.count),
            "listed": [
                {
                    "nodes": [called(program, node) for node in path.nodes],
                    "locals": jsonable(path.locals),
                    "product": plain_number(path.product),
                }
                for path in why.paths.listed
            ],
            "rest": plain_number(why.paths.rest),
        },
        "error": None if why.error is None else next(iter(why.error.lines(language))),
    }
