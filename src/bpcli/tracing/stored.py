"""A trace read back from its JSON: the same record, with the numbers that were stored and none computed anew."""

from __future__ import annotations

from bpcli.calculus.sweeps import OPEN
from bpcli.engine.choose import kind_called
from bpcli.engine.notes import Note
from bpcli.engine.point import Point
from bpcli.errors import InputError
from bpcli.graph import Entry
from bpcli.language.reader import SHARE, TIES, parse
from bpcli.ops import TABLE
from bpcli.tracing.checks import Agreement
from bpcli.tracing.differences import STATES
from bpcli.tracing.names import Formulas, spelled
from bpcli.tracing.paths import Path, Paths
from bpcli.tracing.record import TENSORS, Trace, used_again
from bpcli.tracing.rows import Backward, Forward, Node, Pull, Tangent
from bpcli.tracing.stored_numbers import Numbers, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bpcli.graph import Graph, Program

SCHEMA = "bpcli.trace/1"


def tie_of(graph: Graph) -> str:
    """The rule for ties that a graph was read with, as its operations tell."""
    for op in set(graph.op):
        if op in TABLE and TABLE[op].base:
            return op.rpartition("_")[2]
    return SHARE


def restored(data: Mapping[str, Any], make: type[Trace] = Trace) -> Trace:
    """The trace that was written as `data`, the JSON contract bpcli.trace/1.

    Only the text of the program is read again, for its formulas; every number is the one that was stored. Where one
    does not follow from the others by these formulas, as in a file that somebody has edited, a note says so.

    Raises InputError where the data is no such trace, does not fit the program in it, or has numbers of a kind that
    does not exist, or that needs mpmath where that is missing.
    """
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise InputError("not-a-trace", found=found or "-")
    if "numbers" not in data:
        raise InputError("trace-does-not-fit", what="numbers is missing")
    if kind_called(str(data["numbers"])) is None:
        raise InputError("trace-of-other-numbers", numbers=data["numbers"])
    try:
        program = _program(data)
        numbers = Numbers(data, program)
        trace = _filled(data, program, numbers, make)
        trace.notes += _doubts(trace, numbers)
        return trace
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InputError("trace-does-not-fit", what=f"{type(error).__name__}: {error}") from None


def _program(data: Mapping[str, Any]) -> Program:
    options = data["options"]
    if options["tie"] not in TIES:
        raise ValueError(options["tie"])
    told = data.get("entry")
    entry = Entry(told["variable"], told["spelled"], told["fixed"]) if told else None
    text = {shown: name for name, shown in entry.spelled.items()} if entry else {}
    inputs = [text.get(name, name) for name in data["inputs"]]

    program = parse(
        data["source"], given=inputs, leaves=inputs, share=bool(options["share"]), tie=options["tie"],
        unfold=list(options["unfold"]),
    )  # fmt: skip
    if entry:
        program.spell(entry)
    if [*program.outputs] != [data["output"]]:
        program.select([data["output"]])
    stranger = _stranger(program.graph, data["nodes"])
    if stranger is not None:
        raise ValueError(f"node {stranger} is another one")
    return program


def _stranger(graph: Graph, nodes: Sequence[Mapping[str, Any]]) -> int | None:
    """The first stored node that the text does not have at its place."""
    for each in nodes:
        node = each["id"]
        if node >= len(graph) or (graph.op[node], list(graph.args[node])) != (each["op"], each["args"]):
            return int(node)
    return None


def _filled(data: Mapping[str, Any], program: Program, numbers: Numbers, make: type[Trace]) -> Trace:
    graph = program.graph
    values = [float("nan")] * max(program.stop, *(each["id"] + 1 for each in data["nodes"]))
    entries = {}
    for each in data["nodes"]:
        value = values[each["id"]] = numbers.of(each, "value")
        entries[each["id"]] = Node(
            each["id"], each["name"], each["op"], tuple(each["args"]), each["formula"], value, tuple(each["span"])
        )
    point = Point(program, values)
    told = data[numbers.key] if numbers.key else {"gradient": {}, "inputs": {}}
    point.gradient = numbers.named(data["gradient"], told["gradient"])
    point.notes = [_note(each) for each in data["notes"]]
    point.kind = numbers.kind
    if point.kind.shaped:
        graph.shape |= {node: shape for node, value in enumerate(values) if (shape := getattr(value, "shape", ()))}
    trace = make(program, point)
    trace.nodes = {each["id"]: entries[each["id"]] for each in data["nodes"] if each["shown"]}
    trace.constants = {node: entry for node, entry in entries.items() if node not in trace.nodes}
    trace.given = numbers.named(data["inputs"], told["inputs"])
    trace.scale = float(data.get("loss_scale", 1.0))
    names = {node: entry.name for node, entry in trace.nodes.items()}
    trace.names, trace.formulas = names, Formulas(program, names)
    steps = [0] * len(values)
    forward: list[Forward] = []
    for each in data["forward"]:
        node = each["node"]
        steps[node] = each["step"]
        operands = numbers.listed(each, "operands")
        texts = tuple(None if arg in names else spelled(program, names, arg)[0] for arg in graph.args[node])
        forward.append(Forward(each["step"], node, operands, texts, numbers.of(each, "value")))
    trace.forward, trace.uses = forward, used_again(program, steps)
    trace.backward = _edges(data["backward"], Backward, trace.nodes, numbers)
    upwards = data.get("tangents", {})
    trace.tangents = {name: _edges(rows, Tangent, trace.nodes, numbers) for name, rows in upwards.items()}
    nodes = {name: node for node, name in names.items()}
    trace.direction = {name: plain(speed) for name, speed in data.get("direction", {}).items()}
    trace.paths = {name: _paths(each, nodes, numbers) for name, each in data["paths"].items()}
    check = data.get("check")
    if check is not None:
        if check["state"] not in STATES:
            raise ValueError(check["state"])
        state, sampled = check["state"], bool(check.get("sampled"))
        trace.check = Agreement(float(check["gap"]), check["name"], state, 0, check["method"], sampled)
    return trace


def _doubts(trace: Trace, numbers: Numbers) -> list[Note]:
    """A note on the first stored number that does not follow: of a step forward, else of an edge back."""
    program, kind = trace.program, trace.kind
    graph = program.graph
    functions, far = kind.calling(graph, True), numbers.far
    for step in trace.forward:
        operands = step.operands
        if kind.shaped and kind.title != TENSORS:
            operands = tuple(map(kind.given, operands))  # single ones too have a type of their own there
        with kind.quiet():
            found = functions[graph.op[step.node]](*operands)
        value = far(step.value, found)
        named = [trace.nodes[node].value for node in graph.args[step.node] if node in trace.nodes]
        told = [each for node, each in zip(graph.args[step.node], step.operands, strict=True) if node in trace.nodes]
        if value or any(far(one, other) for one, other in zip(named, told, strict=True)):
            return [Note("stored-otherwise", what=trace.nodes[step.node].name)]
        if far(step.value, trace.nodes[step.node].value):
            return [Note("stored-otherwise", what=trace.nodes[step.node].name)]
    if trace.of_tensors:
        return []
    last: dict[int, float] = {}
    output = trace.nodes[trace.output].name if trace.output in trace.nodes else program.output_name
    for row in trace.backward:
        name = f"d{output}/d{trace.nodes[row.argument].name}"
        total = row.product if row.before is None else row.before + row.product
        if (row.state == OPEN and far(row.product, row.upstream * row.local)) or far(row.total, total):
            return [Note("stored-otherwise", what=name)]
        last[row.argument] = row.total
    for name, slope in trace.gradient.items():
        node = program.names.get(name, -1)  # a direction has no node
        if node in last and far(slope * trace.scale, last[node]):
            return [Note("stored-otherwise", what=f"d{output}/d{name}")]
    return []


def _edges(rows: list[Any], kind: type[Any], nodes: Mapping[int, Node], numbers: Numbers) -> list[Any]:
    """The rows of a sweep; what a running total was before a row is the total of the one before it."""
    upwards = kind is Tangent
    totals: dict[int, float] = {}
    made = []
    for each in rows:
        node, argument = (each["to"], each["from"]) if upwards else (each["from"], each["to"])
        upstream = numbers.of(each, "tangent" if upwards else "upstream")
        local, product = numbers.of(each, "local"), numbers.of(each, "product")
        row = kind(node, each["position"], argument, upstream, local, product, each["state"])
        row.step, row.total = each["step"], numbers.of(each, "total")
        row.pull = _pull(each["pull"], numbers) if "pull" in each else None
        row.derived, row.formula, row.condition = each["derived"], each["formula"], each["condition"]
        row.count, row.arriving = each["branch"], each["branches"]
        key = row.node if upwards else row.argument
        if row.node not in nodes or row.argument not in nodes:
            raise ValueError(f"an edge from {row.node} to {row.argument}")
        row.before = totals.get(key)
        totals[key] = row.total
        made.append(row)
    return made


def _pull(data: Mapping[str, Any], numbers: Numbers) -> Pull:
    return Pull(
        data["upstream"],
        data["rule"],
        data["elementwise"],
        tuple(map(tuple, data["operands"])),
        data["sign"],
        tuple(data["shape"]),
        numbers.of(data, "arrived"),
        tuple(data["axes"]),
        data["copies"],
        data["fits"],
        data["summed"],
        {each["name"]: numbers.of(each, "value") for each in data.get("parts", [])},
    )


def _paths(data: Mapping[str, Any], nodes: Mapping[str, int], numbers: Numbers) -> Paths:
    listed = tuple(
        Path(
            tuple(nodes[name] for name in each["nodes"]),
            numbers.listed(each, "locals"),
            numbers.of(each, "product"),
        )
        for each in data["listed"]
    )
    digits = str(data["count"])
    # Beyond 4096 bits only the size is stored: about 10^30103.
    count = 10 ** int(digits.rpartition("^")[2]) if "^" in digits else int(digits)
    return Paths(count, listed, numbers.of(data, "rest"), numbers.of(data, "total"))


def _note(data: Mapping[str, Any]) -> Note:
    return Note(data["kind"], **{key: value for key, value in data.items() if key not in ("kind", "text")})
