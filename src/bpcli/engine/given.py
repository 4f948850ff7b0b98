"""What comes from outside: the text of a value, and which value belongs to which variable."""

from __future__ import annotations

import math

from bpcli.calculus.shapes import shapes_of
from bpcli.calculus.sweeps import forward
from bpcli.engine.choose import fitting
from bpcli.engine.floats import FLOATS
from bpcli.errors import InputError, closest
from bpcli.language.reader import parse
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bpcli.calculus.kinds import Kind
    from bpcli.graph import Program

STARTS = ("randn", "uniform", "xavier", "he(", "zeros", "ones", "full", "arange")
LONGEST_EXAMPLE = 6  # entries of a vector that a hint writes out
FILES = (".npy", ".npz", ".csv", ".tsv", ".txt", ".json")
WORDS = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def pieces(text: str) -> list[str]:
    """The parts of a list that commas outside of brackets divide.

    >>> pieces("x=[1, 2],w=3")
    ['x=[1, 2]', 'w=3']
    """
    found, depth = [""], 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth <= 0:
            found.append("")
        else:
            found[-1] += char
    return found


def value_of(text: str, name: str = "a variable", kind: Kind = FLOATS) -> Any:
    """The number that a value on the command line stands for: 2, -1e5, 1/3, pi/2, 2^10.

    [1, 2], randn(3, 2) and @weights.npy stand for arrays.

    Raises InputError where it is not a constant; `name` is the variable that it speaks of. FileError.
    """
    try:
        if kind is FLOATS and "_" not in text:
            return float(text)
    except ValueError:
        pass
    if text.strip() in WORDS:
        return WORDS[text.strip()]
    if text.startswith("@"):
        from bpcli.data.arrays import read_array

        return read_array(text[1:], name)
    listed = text.lstrip().startswith("[")
    # Fractions and many digits are read as they are written; floats alone know infinity.
    if listed and (not kind.written or "inf" in text or "nan" in text):
        from bpcli.data.arrays import array_of_text

        array = array_of_text(text)
        if array is not None:
            return array
    try:
        # In round brackets a list is a value, and not several results.
        program = parse(f"({text})" if listed else text, first_seed=_seed_of(name))
    except InputError:
        raise _no_value(name, text) from None
    if program.inputs or program.assigned:
        raise _no_value(name, text)
    if program.of_tensors:
        kind = fitting(program, {}, kind)
        try:
            shapes_of(program.graph, {}, program.output + 1)
        except InputError as error:
            if error.kind == "ragged-list":
                first, second = error.facts["first"], error.facts["second"]
                raise InputError("ragged-value", name=name, first=first, second=second) from None
            raise
    value = forward(program.graph, kind, {}, program.output + 1)[program.output]
    return value.item() if getattr(value, "shape", None) == () else value


def _no_value(name: str, text: str) -> InputError:
    """The error for the text of a value that is none; of an array, where it looks like one."""
    if text.partition(".npz:")[0].endswith(FILES) or ".npz:" in text:
        return InputError("file-without-at", name=name, text=text)
    if text.startswith(("eye(", "identity(")) and text.endswith(")"):
        size = text.partition("(")[2].partition(",")[0].rstrip(")")
        return InputError("identity-matrix", text=text, size=size or "2")
    if any(sign in text for sign in ",;[]{}") or text.startswith(STARTS):
        return InputError("not-an-array", name=name, text=text)
    return InputError("not-a-number", name=name, text=text)


def _seed_of(name: str) -> int:
    """A seed for random numbers, so that two variables that are drawn alike do not get the same ones."""
    from zlib import crc32

    return crc32(name.encode())


def bind(program: Program, given: Mapping[str, Any], kind: Kind = FLOATS) -> dict[int, Any]:
    """The values of the variables by node; of tensors also the shape of every node, in the graph.

    Raises InputError for one too few or one too many, and for shapes that do not fit.
    """
    variables = program.graph.variables
    inputs = program.inputs
    missing = [name for name in inputs if name not in given]
    for name in missing:
        # Before x and y are refused: they are not in the text because it says xy.
        parts = _split(name, given)
        if parts:
            raise _at(program, name, "joined-names", product="*".join(parts))
    for name in given:
        if name not in variables:
            raise _not_in_text(program, name)
    if missing:
        raise _missing(program, missing, {name: getattr(value, "shape", ()) for name, value in given.items()})
    bound = {variables[name]: kind.given(given[name]) for name in inputs}
    if kind.shaped:
        shapes = {node: kind.shape(value) for node, value in bound.items()}
        stop = max(program.stop, *(node + 1 for node in program.names.values()), 0)
        for node, shape in enumerate(shapes_of(program.graph, shapes, stop, program.source)):
            if shape or node in program.graph.shape:
                program.graph.shape[node] = shape
    return bound


def give_shapes(program: Program, shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Give the variables shapes, and so every node of the graph; the names that count as numbers for want of one.

    Raises InputError for a name that is not in the text, for shapes that do not fit together, and where the program
    has operations on tensors and nothing says how large their operands are.
    """
    graph = program.graph
    for name in shapes:
        if name not in graph.variables:
            raise _not_in_text(program, name)
    stop = max(program.stop, *(node + 1 for node in program.names.values()), 0)
    inputs = {node: shapes.get(name, ()) for name, node in graph.variables.items()}
    if not shapes and program.of_tensors and program.inputs and not _made_of_numbers(program, inputs, stop):
        raise shapes_needed(program)
    for name in program.inputs if shapes else ():
        size = None if name in shapes else _size_beside(program, name, shapes)
        if size is not None:
            raise _at(program, name, "shape-missing", size=str(size))
    found = shapes_of(graph, inputs, stop, program.source)
    graph.shape.update({node: shape for node, shape in enumerate(found) if shape})
    return [name for name in program.inputs if name not in shapes] if shapes else []


def shapes_needed(program: Program) -> InputError:
    """The error where nothing says how large the inputs are."""
    names = ", ".join(program.inputs)
    example = " ".join(f"--shape {name}={size}" for name, size in zip(program.inputs, ("3", "3x3"), strict=False))
    return InputError("shapes-needed", names=names, example=example)


def _made_of_numbers(program: Program, inputs: Mapping[int, tuple[int, ...]], stop: int) -> bool:
    """Whether a program makes its tensors itself, of single numbers: [x, y] @ [1, 2]."""
    graph = program.graph
    try:
        shapes = shapes_of(graph, inputs, stop)
    except InputError:
        return False
    for node in range(stop):
        declared = TABLE.get(graph.op[node])
        if declared is None or not declared.of_tensors or declared.name.startswith("stack") or declared.rest:
            continue
        if not any(shapes[argument] for argument in graph.args[node]):
            return False
    return True


def _not_in_text(program: Program, name: str) -> InputError:
    if name in program.assigned:
        return InputError("value-for-assigned", name=name)
    names = ", ".join(program.inputs) or "none"
    near = closest(name, list(program.inputs))
    hint = f"did you mean --{near}?" if near else ""
    return InputError("not-in-text", name=name, names=names, hint=hint)


def _at(program: Program, name: str, kind: str, **facts: str) -> InputError:
    """An error about a variable, at the place where it stands first."""
    graph = program.graph
    node = graph.variables[name]
    return InputError(kind, source=program.source, span=(graph.start[node], graph.stop[node]), name=name, **facts)


def _size_beside(program: Program, name: str, shapes: Mapping[str, tuple[int, ...]]) -> int | None:
    """How long a vector must be that stands at an `@`; None where the variable stands at none."""
    graph = program.graph
    node = graph.variables[name]
    names = {each: name for name, each in graph.variables.items()}
    for op, arguments in zip(graph.op, graph.args, strict=True):
        if op != "matmul" or node not in arguments:
            continue
        first = arguments[0] == node
        beside = shapes.get(names.get(arguments[1 if first else 0], ""), ())
        if beside:
            return beside[-2] if first and len(beside) > 1 else beside[-1]
        return 3
    return None


def _example(program: Program, name: str, number: float, shapes: Mapping[str, tuple[int, ...]]) -> str:
    """A value to type for a variable: a number, or a vector where one is multiplied by `@`."""
    size = _size_beside(program, name, shapes)
    if size is None:
        return f"--{name} {number}"
    entries = ",".join(str(place + 1) for place in range(size))
    return f'--{name} "[{entries}]"' if size <= LONGEST_EXAMPLE else f'--{name} "randn({size})"'


def _missing(
    program: Program, missing: Sequence[str], shapes: Mapping[str, tuple[int, ...]]
) -> InputError:
    for name in missing:
        if TABLE.get(name) is not None and len(name) > 1:
            return _at(program, name, "function-as-value")
    if "T" in missing:
        graph = program.graph
        node = graph.variables["T"]
        before = program.source[: graph.start[node]].rstrip()
        if before.endswith("^"):
            span = (len(before) - 1, graph.stop[node])
            return InputError("transposed-power", source=program.source, span=span)
    shown = zip(missing, (3, 2, 1, 0.5) * len(missing), strict=False)
    examples = " ".join(_example(program, name, number, shapes) for name, number in shown)
    listed = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"
    values = "a value" if len(missing) == 1 else "values"
    return _at(program, missing[0], "missing-values", names=listed, values=values, examples=examples)


def _split(name: str, given: Mapping[str, float]) -> list[str]:
    """`xy` as x and y, where both were given: the product that was probably meant."""
    parts: list[str] = []
    rest = name
    while rest:
        part = next((known for known in sorted(given, key=len, reverse=True) if rest.startswith(known)), None)
        if part is None:
            return []
        parts.append(part)
        rest = rest[len(part) :]
    return parts if len(parts) > 1 else []
