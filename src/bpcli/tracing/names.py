"""The names of a record, and its formulas in them: a name is made when it is asked for, a pattern written once."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from bpcli.calculus.kinds import compiled, formula, partial_text
from bpcli.calculus.symbols import Symbol, Symbols
from bpcli.graph import Graph, proportional
from bpcli.language import text
from bpcli.numbers import constant_text
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from bpcli.graph import Program

LETTERS = "acfgkmnpqrsuvz"
MOST_KEPT = 1024  # names, and patterns that are remembered; they are forgotten together, and made anew
NAMED = -1  # the rank of a node that has a name of its own


def automatic(place: int, letters: str = LETTERS) -> str:
    """The name at a place, from 0: a, c, f ... then a1, c1 ...

    >>> automatic(0), automatic(15)
    ('a', 'c1')
    """
    number, letter = divmod(place, len(letters))
    return f"{letters[letter]}{number}" if number else letters[letter]


def letters_beside(names: Collection[str]) -> str:
    """The letters of automatic names beside those of a user: beside v1 and v2, or z[0], neither v nor z means a thing.

    >>> letters_beside(["a1", "c_0", "f[1,0]", "gain"])
    'gkmnpqrsuvz'
    """
    rows = {name[0] for name in names if len(name) > 1 and (name[1] in "_[" or name[1].isdigit())}
    return "".join(letter for letter in LETTERS if letter not in rows) or LETTERS


def places_taken(names: set[str], letters: str = LETTERS) -> list[int]:
    """The places of those names that an automatic one could be, in order."""
    places = []
    for name in names:
        letter, number = letters.find(name[:1]), name[1:]
        if name and letter >= 0 and len(number) < 10 and (not number or (number.isascii() and number.isdigit())):
            place = int(number or 0) * len(letters) + letter
            if automatic(place, letters) == name:
                places.append(place)
    return sorted(places)


class Names(Mapping[int, str]):
    """The name of every node that is shown: the user's, else automatic ones.

    Constants are shown where nothing else is there, and on the way to a named one that is asked for. An array of
    numbers, [[1, 2], [3, 4]], is one thing: it is shown by a name of its own, or stands in the formulas.

    needed: marks the nodes that the output is computed from
    wanted: marks the nodes that lead to a name that is asked for, or None
    reserved: a name that no node gets by itself
    """

    __slots__ = ("count", "letters", "literals", "own", "rank", "result")

    def __init__(
        self, program: Program, needed: bytearray, wanted: bytearray | None, reserved: str = ""
    ) -> None:
        graph, output = program.graph, program.output
        self.own = graph.name
        self.result = program.output_name
        self.rank = rank = array("i", bytes(4 * (output + 1)))
        self.count = 0
        # Neither names that the user has, nor those that look like one of a row of them, nor those that mean something.
        self.letters = letters_beside(program.names)
        taken = places_taken({*program.names, program.output_name, reserved}, self.letters)
        passed = place = 0
        every = bool(graph.constant[output])
        literals = self.literals = graph.literals(output + 1)
        inside = _inside(graph, literals, needed, output) if any(literals) else literals
        for node in range(output + 1):
            if not needed[node]:
                continue
            if node in graph.name or node == output:
                rank[node] = NAMED
            elif literals[node] or inside[node]:
                continue
            elif graph.args[node] and (every or not graph.constant[node] or (wanted is not None and wanted[node])):
                while passed < len(taken) and taken[passed] <= place:
                    if taken[passed] == place:
                        place += 1
                    passed += 1
                place += 1
                rank[node] = place
            else:
                continue
            self.count += 1

    def __contains__(self, node: object) -> bool:
        return isinstance(node, int) and 0 <= node < len(self.rank) and self.rank[node] != 0

    def __getitem__(self, node: int) -> str:
        rank = self.rank[node] if 0 <= node < len(self.rank) else 0
        if rank > 0:
            return automatic(rank - 1, self.letters)
        if rank == 0:
            raise KeyError(node)
        return self.own.get(node, self.result)

    def __iter__(self) -> Iterator[int]:
        return (node for node, rank in enumerate(self.rank) if rank)

    def __len__(self) -> int:
        return self.count


def _inside(graph: Graph, literals: bytearray, needed: bytearray, output: int) -> bytearray:
    """Marks the nodes that are there for arrays of numbers alone: what their entries are."""
    outside = bytearray(output + 1)
    outside[output] = 1
    for node in range(output, -1, -1):
        if outside[node] and not literals[node]:
            for argument in graph.args[node]:
                outside[argument] = 1
    return bytearray(needed[node] and not outside[node] for node in range(output + 1))


class Known(dict[int, str]):
    """Names that were looked up, "" for a node that has none: rows that stand together speak of the same few nodes."""

    __slots__ = ("names",)

    def __init__(self, names: Mapping[int, str]) -> None:
        super().__init__()
        self.names = names

    def __missing__(self, node: int) -> str:
        if len(self) >= MOST_KEPT:
            self.clear()
        try:
            name = self[node] = self.names[node]
        except KeyError:
            name = self[node] = ""
        return name


WHOLE, SPACED, TIGHT = "whole", "spaced", "tight"
Patterns = dict[object, tuple[str, str]]  # what is written of an operation: two texts with places for the names
PLACES = {"{0}": 0, "{1}": 1, "{2}": 2, "{3}": 3}
UNKNOWN, WITHOUT = 0, 1  # places in the list of forms: of a node that was not looked at, and of one without patterns


class Formulas:
    """What is written of the nodes and the edges of a program, in the names of a record.

    Two uses of an operation over names differ in these names alone: what is written once is a pattern with places.
    Uses that have their patterns in common are of one form.
    """

    __slots__ = (
        "constants", "form", "forms", "keys", "known", "name_of", "names", "node", "patterns", "program", "used",
    )  # fmt: skip

    def __init__(self, program: Program, names: Mapping[int, str]) -> None:
        self.program = program
        self.names = names
        self.known = Known(names)
        self.name_of = self.known.__getitem__
        self.constants = Symbols(program.graph)
        self.form = array("i", bytes(4 * len(program.graph)))  # of each node, as a place in `forms`
        self.forms: list[Patterns | None] = [None, None]
        self.keys: dict[object, int] = {}
        self.node = -1  # of which `patterns` and `used` speak
        self.patterns: Patterns | None = None
        self.used: list[str] = []

    def of(self, node: int) -> str:
        """The formula of a node: `a*w`."""
        return self._told(WHOLE, node)[0]

    def spaced(self, node: int) -> str:
        """The same with air: `a * w`."""
        return self._told(SPACED, node)[0]

    def tight(self, node: int) -> str:
        """A formula as it stands in d(a+w)/dw: without air, unless a sign would run into the next."""
        return self._told(TIGHT, node)[0]

    def local(self, node: int, position: int, closed: bool = False) -> tuple[str, str]:
        """The local derivative of an edge as a formula, and its condition."""
        return self._told((position, closed), node)

    def _told(self, what: str | tuple[int, bool], node: int) -> tuple[str, str]:
        """Two texts of a node: the pattern of its form with its names put in."""
        if node != self.node:
            self._turn_to(node)
        patterns, used = self.patterns, self.used
        if patterns is None:
            return self._written(what, node, self.names)
        found = patterns.get(what)
        if found is None:
            arguments = self.program.graph.args[node]
            blanks = {each: f"{{{place}}}" for place, each in enumerate(arguments) if each in self.names}
            found = patterns[what] = self._written(what, node, {**blanks, node: f"{{{len(arguments)}}}"})
        first, second = found
        place = PLACES.get(first)  # many local derivatives are one name
        first = used[place] if place is not None else first.format(*used) if "{" in first else first
        return first, second and second.format(*used)

    def _written(self, what: str | tuple[int, bool], node: int, names: Mapping[int, str]) -> tuple[str, str]:
        """What is asked for of a node, in these names."""
        if isinstance(what, tuple):
            return self._local(names, node, *what)
        written = self._operation(names, node, what == SPACED)
        return (_tight(written) if what == TIGHT else written), ""

    def _turn_to(self, node: int) -> None:
        """Find the patterns of a node, None where it has none, and the names of its operands and itself."""
        self.node = node
        self.patterns = self.forms[self.form[node] or self._form_of(node)]
        self.used = [*map(self.name_of, self.program.graph.args[node]), self.known[node]]

    def _form_of(self, node: int) -> int:
        """The form of a node, which is found once."""
        key = self._key(node)
        form = WITHOUT if key is None else self.keys.get(key, UNKNOWN)
        if form == UNKNOWN:
            if len(self.forms) >= MOST_KEPT:
                del self.forms[WITHOUT + 1 :]
                self.keys.clear()
                self.form = array("i", bytes(4 * len(self.form)))
            form = self.keys[key] = len(self.forms)
            self.forms.append({})
        self.form[node] = form
        return form

    def _key(self, node: int) -> object:
        """What the uses of one form have in common: the operation, which names are one, the numbers. None of others."""
        graph, names = self.program.graph, self.names
        arguments = graph.args[node]
        if not 0 < len(arguments) < 4:
            return None
        if not any(map(graph.constant.__getitem__, arguments)) and len({*arguments}) == len(arguments):
            return graph.op[node], len(arguments)
        key: list[object] = [graph.op[node], node in names]
        for argument in arguments:
            if not graph.constant[argument] or argument in names:
                key.append(arguments.index(argument))  # x*x is another operation than x*y
            elif graph.op[argument] == "const":
                key.append(repr(graph.payload[argument]))
            else:
                return None
        return tuple(key)

    def _operation(self, names: Mapping[int, str], node: int, spaced: bool) -> str:
        graph = self.program.graph
        if graph.op[node] == "const":
            return constant_text(graph.payload[node])
        if graph.op[node] == "var":
            return ""
        operands = [spelled(self.program, names, argument) for argument in graph.args[node]]
        return text.operation(graph.op[node], [each for each, _ in operands], [level for _, level in operands], spaced)

    def _local(self, names: Mapping[int, str], node: int, position: int, closed: bool) -> tuple[str, str]:
        program, graph = self.program, self.program.graph
        op, arguments = graph.op[node], graph.args[node]
        declared = TABLE.get(op)
        scope = {"out": (names[node], text.ATOM)}
        if declared is None:
            function = graph.functions[op]
            scope |= {
                param: spelled(program, names, argument)
                for param, argument in zip(function.params, arguments, strict=True)
            }
            param = function.params[position]
            partial = function.partials.get(param)
            if param in function.pullbacks and not proportional(*function.pullbacks[param], "g"):
                # It bends what arrives: what it makes of it, per unit of it.
                scope["g"] = ("g", text.ATOM)
                whole = text.expression(*function.pullbacks[param], spelled=scope)
                return f"{whole}/g" if text.level_of(*function.pullbacks[param]) > text.PRODUCT else f"({whole})/g", ""
            return (text.expression(*partial, spelled=scope) if partial else ""), ""
        if declared.of_tensors:
            return "", ""  # a rule in place of a local derivative; see pulls.py
        if declared.variadic:
            scope["x"] = spelled(program, names, arguments[position])
            # Of a rule for ties: that one of several is taken is no matter of the argument.
            read = formula(partial_text(declared, declared.params[0], True)[1].partition(" and ")[0])
            return "", text.expression(read.graph, read.output, spelled=scope)
        scope |= {
            param: spelled(program, names, argument) for param, argument in zip(declared.params, arguments, strict=True)
        }
        if declared.params[position] not in declared.partials:
            return "", ""
        local, when = partial_text(declared, declared.params[position], True)
        read = formula(local)
        if read.graph.args[read.output] and any(graph.constant[each] and each not in names for each in arguments):
            written = folded(read, self.constants, declared.params, arguments, names, scope)
        else:
            written = text.expression(read.graph, read.output, spelled=scope)
        if not when:
            # The form of books leaves out where it holds: told where the edge is closed.
            when = partial_text(declared, declared.params[position], False)[1] if closed else ""
        if not when:
            return written, ""
        condition = formula(when)
        told = text.expression(condition.graph, condition.output, spelled=scope)
        return written, " or ".join(dict.fromkeys(told.split(" or ")))  # of x^x both say the same


def spelled(program: Program, names: Mapping[int, str], node: int) -> tuple[str, int]:
    """A node as an operand: its name, or the constant that it is, and how tightly that holds together."""
    if node in names:
        return names[node], text.ATOM
    graph = program.graph
    if graph.op[node] == "const":
        shown = constant_text(graph.payload[node])
        return shown, text.constant_level(shown)
    return text.expression(graph, node, names), text.level_of(graph, node, names)


def folded(
    read: Program,
    constants: Symbols,
    params: Sequence[str],
    arguments: Sequence[int],
    names: Mapping[int, str],
    spelled: Mapping[str, tuple[str, int]],
) -> str:
    """A rule with the constants of one use put in: 2*c, not 2*c^(2 - 1)."""
    scratch = Graph()
    kind = Symbols(scratch, textbook=True)
    graph = constants.graph
    registers = []
    for param in (*params, "out"):
        node = arguments[params.index(param)] if param != "out" else -1
        unnamed = node >= 0 and graph.constant[node] and node not in names
        exact = constants.exact(node) if unnamed else None
        registers.append(kind.constant(exact) if exact is not None else Symbol(kind, scratch.variable(param)))
    places = {param: place for place, param in enumerate((*params, "out"))}
    result = compiled(read.graph, read.output, places, kind.functions, kind.constant)(registers)
    return text.expression(scratch, result.node, spelled=spelled)


def _tight(formula: str) -> str:
    tight = formula.replace(" + ", "+").replace(" - ", "-")
    return formula if "--" in tight or "+-" in tight else tight
