"""Tokens -> graph: the actions of the grammar, and the names, functions and definitions they know."""

from __future__ import annotations

from bpcli import numbers
from bpcli.errors import InputError, closest
from bpcli.graph import MOST_NODES, Frame, Function, Graph, Program, at_one
from bpcli.language import driver, scanner
from bpcli.language.arrays import EMPTY, EVERYTHING, FILLED, TRUTH, ArrayActions
from bpcli.language.complaints import GOES_ON, complaint
from bpcli.ops import TABLE, functions, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from bpcli.language.scanner import Tokens
    from bpcli.ops import Op

CIRCUMFLEX, MINUS = driver.TERMINALS["CIRCUMFLEX"], driver.TERMINALS["MINUS"]
RAISES = frozenset((CIRCUMFLEX, scanner.SUPERSCRIPT))
COMPARISONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
# What books of other countries, and other languages, call a function of ours.
ELSEWHERE = {
    "tg": "tan", "arctg": "atan", "sh": "sinh", "ch": "cosh", "th": "tanh", "lg": "log10", "lb": "log2", "sgn": "sign",
    "signum": "sign", "fabs": "abs", "ceiling": "ceil", "heaviside": "step", "logistic": "sigmoid", "power": "pow",
    "if": "where", "iif": "where", "fmax": "max", "fmin": "min", "clamp": "clip",
    "factorial": "gamma", "matmul": "dot", "average": "mean", "avg": "mean", "normal": "randn", "rand": "uniform",
    "crossentropy": "cross_entropy", "transposed": "transpose", "inverse": "inv", "determinant": "det", "tr": "trace",
    "concatenate": "concat", "hstack": "concat", "vstack": "stack", "view": "reshape", "batchnorm": "batch_norm",
    "layernorm": "layer_norm", "mean_squared_error": "mse", "onehot": "one_hot", "len": "count", "length": "norm",
    "size": "count", "numel": "count", "Σ": "sum", "product": "prod", "magnitude": "norm",
}  # fmt: skip
KEYWORDS = {"dim": "axis", "keepdim": "keepdims", "correction": "ddof", "size": "shape", "num_classes": "classes"}
SUPERSCRIPT_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
TIES = SHARE, FIRST, LAST = "share", "first", "last"
UPSTREAM = "g"  # in a rule of one's own: what arrives from above
OUTPUT_NAMES = ("y", "out", "result", "output")


def parse(
    source: str,
    *,
    given: Collection[str] = (),
    share: bool = True,
    limit: int = MOST_NODES,
    tie: str = SHARE,
    settings: Mapping[str, str] | None = None,
    first_seed: int = 0,
    unfold: Collection[str] = (),
) -> Program:
    """Read a program: one expression, or statements of which the last is the output.

    given: names that will get a value; one of them shadows a constant (`e`, `pi`, `tau`) of the same name
    share: whether equal subexpressions are one node
    limit: most nodes that the graph may have
    tie:   who gets the slope where several arguments of max or min are equal: "share", "first" or "last"
    unfold: names of operations to put the formula in place of that they stand for: softmax, mse, relu
    first_seed: of the random numbers of the first operation that draws some; the next has the next
    settings: what names such as `axis` stand for in a formula of the table

    Raises InputError with a place in `source`; NumericError where the graph would be too large.

    >>> program = parse("a = x + w; y = a*w")
    >>> program.inputs, program.assigned
    (('x', 'w'), ('a', 'y'))
    """
    tokens = scanner.scan(source)
    if tie not in TIES:
        raise InputError("unknown-tie", tie=tie)
    reader = Reader(tokens, given, Graph(share, limit), tie)
    reader.settings.update(settings or {})
    reader.draws = first_seed
    reader.unfold = refused_or_known(unfold)
    try:
        driver.drive(tokens.kinds, reader.actions())
    except driver.Unexpected as unexpected:
        raise complaint(tokens, unexpected.index) from None
    return reader.program()


def refused_or_known(names: Collection[str]) -> frozenset[str]:
    """Names of operations that stand for a formula. Raises InputError for another."""
    for name in names:
        operations = named(name)
        if not operations:
            near = closest(name, functions())
            raise InputError("unfold-unknown", name=name, hint=f"did you mean `{near}`?" if near else None)
        if not any(op.unfolded for op in operations):
            raise InputError("unfold-primitive", name=name)
    return frozenset(names)


class Template:
    """A user's function: its parameters and its body as a graph of its own, expanded where it is called."""

    __slots__ = ("expanded", "graph", "name", "output", "params", "span")

    def __init__(self, name: str, params: tuple[str, ...], graph: Graph, span: tuple[int, int]) -> None:
        self.name = name
        self.params = params
        self.graph = graph
        self.output = -1
        self.span = span
        self.expanded: dict[tuple[int, ...], tuple[int, str | None]] = {}  # arguments -> result and its name


class Reader(ArrayActions):
    """The state of one reading: the graph that grows, and what names mean."""

    def __init__(self, tokens: Tokens, given: Collection[str], graph: Graph, tie: str = SHARE) -> None:
        self.tokens = tokens
        self.tie = tie
        self.graph = graph
        self.names: dict[str, int] = {}
        self.assigned: dict[str, int] = {}
        self.templates: dict[str, Template] = {}
        self.custom: dict[str, Function] = {}
        self.hidden: list[str] = []  # constants that turned out to be variables here
        self.own = {*tokens.assigned, *given}
        spellings = {**{name: name for name in numbers.NAMED}, "π": "pi", "τ": "tau"}
        self.shadowed = self.own & {*spellings}
        self.constants = {name: value for name, value in spellings.items() if name not in self.own}
        self.defining: Template | None = None  # the definition whose body is being read
        self.sloping: tuple[Function, str] | None = None  # the derivative whose body is being read
        self.outer = self.graph
        self.lists: dict[tuple[int, int], list[int]] = {}
        self.draws = 0
        self.settings: dict[str, str] = {}
        self.unfold: frozenset[str] = frozenset()
        self.statement_start = 0
        self.last: tuple[str, Any] = ("", None)  # what the newest statement was, and its result

    def actions(self) -> dict[str, Callable[[list[Any], int, int], Any]]:
        """The action of each rule, by the name that the grammar gives it."""
        binary = {
            rule: self.binary(op)
            for rule, op in (("add", "add"), ("subtract", "sub"), ("multiply", "mul"), ("divide", "div"),
                             ("either", "or"), ("both", "and"))
        }  # fmt: skip
        named_alike = (
            "next bare assign define define_slope definition_head slope_head first more invert begin_chain "
            "extend_chain end_chain refuse_quotient refuse_power negate keep raise_to superscript number name "
            "call_empty call bracket root positional keyword matrix_multiply transpose stack nothing index at "
            "slice_all slice_from slice_to slice_between keep_slice step"
        )
        return binary | {rule: getattr(self, rule) for rule in named_alike.split()}

    # Statements

    def next(self, parts: list[Any], first: int, last: int) -> None:
        """One statement after another."""

    def bare(self, parts: list[Any], first: int, last: int) -> None:
        """An expression without a name: it must be the last statement."""
        self.begin_statement(first)
        elements = self.lists.get((first, last))
        if elements is not None and not any(self.graph.op[each] == EMPTY for each in elements):
            # `[a, b]` by itself: several results, each with its own shape.
            if parts[0] == len(self.graph) - 1:
                self.graph.forget_last()
            self.last = ("outputs", (elements, first, last))
        else:
            self.last = ("bare", (parts[0], first, last))

    def assign(self, parts: list[Any], first: int, last: int) -> None:
        """`a = expression`: a name for a node."""
        self.begin_statement(first)
        name = self.tokens.texts[parts[0]]
        if name in self.assigned:
            raise self.tokens.error("assigned-twice", first, name=name, fresh=self.fresh(name))
        if name in self.graph.variables:
            inside = name in self.tokens.texts[first + 1 : last + 1]
            kind = "assigned-to-itself" if inside else "used-before-assigned"
            raise self.tokens.error(kind, first, name=name, fresh=self.fresh(name))
        node = self.graph.give_name(parts[2], name, self.statement_start, self.tokens.span(first, last))
        self.assigned[name] = self.names[name] = node
        self.statement_start = len(self.graph)
        self.last = ("assign", (node, first, last))

    def begin_statement(self, first: int) -> None:
        """A statement begins: what stood before it must have been of use, and is not meant to go on here."""
        tokens = self.tokens
        kind, result = self.last
        if kind in ("bare", "outputs"):
            start = result[1]
            listed = {"hint": "a list of results is the last statement"} if kind == "outputs" else {}
            goes_on = {"hint": GOES_ON} if start and tokens.texts[start - 1 : start + 1] == ["\n", "-"] else {}
            raise tokens.error("unused-statement", start, result[2], **goes_on, **listed)
        if first and tokens.texts[first - 1 : first + 1] == ["\n", "+"]:
            raise tokens.error("line-begins-with-plus", first, hint=GOES_ON)

    def definition_head(self, parts: list[Any], first: int, last: int) -> None:
        """`f(u, v) =`: from here to the end of the statement names are read inside a new template."""
        name = self.tokens.texts[parts[0]]
        if name in self.templates or name in self.custom:
            raise self.tokens.error("defined-twice", first, name=name)
        if named(name):
            raise self.tokens.error("function-exists", first, name=name)
        params = tuple(self.tokens.texts[index] for index in parts[2])
        for place, param in enumerate(params):
            if param in params[:place]:
                raise self.tokens.error("parameter-twice", parts[2][place], name=param)
        self.begin_statement(first)
        template = Template(name, params, Graph(self.graph.share, self.graph.limit), self.tokens.span(first, last))
        for param in params:
            template.graph.variable(param)
        self.defining, self.graph = template, template.graph

    def define(self, parts: list[Any], first: int, last: int) -> None:
        """`f(u) = expression`."""
        template = self.defining
        assert template is not None
        template.output = parts[1]
        self.defining, self.graph = None, self.outer
        if template.name in self.tokens.sloped:
            self.closed(template.graph, template.name, template.params, first, last)
            self.custom[template.name] = Function(
                template.name, template.params, (template.graph, template.output), template.span
            )
        self.templates[template.name] = template
        self.last = ("define", (template.name, first, last))

    def slope_head(self, parts: list[Any], first: int, last: int) -> None:
        """`d f/du =`: the derivative of a function that was defined before, by one of its parameters."""
        name, _, param = self.tokens.texts[parts[0]].partition("/")
        function = self.custom.get(name)
        if function is None:
            raise self.tokens.error("slope-of-unknown", first, name=name)
        if param not in function.params:
            params = ", ".join(function.params)
            raise self.tokens.error("slope-by-unknown", first, name=name, param=param, params=params)
        if param in function.partials:
            raise self.tokens.error("slope-twice", first, name=name, param=param)
        self.begin_statement(first)
        graph = Graph(self.graph.share, self.graph.limit)
        for each in function.params:
            graph.variable(each)
        function.partials[param] = (graph, -1)
        self.sloping, self.graph = (function, param), graph

    def define_slope(self, parts: list[Any], first: int, last: int) -> None:
        """`d f/du = expression`."""
        assert self.sloping is not None
        function, param = self.sloping
        rule = (self.graph, parts[1])
        if UPSTREAM in self.graph.variables and UPSTREAM not in function.params:
            function.pullbacks[param] = rule
            rule = at_one(*rule, UPSTREAM)
        self.closed(rule[0], function.name, function.params, first, last)
        function.partials[param] = rule
        function.spans[param] = self.tokens.span(first, last)
        if f"{function.name}/{param}" in self.tokens.surrogates:
            function.surrogates.add(param)
        self.sloping, self.graph = None, self.outer
        self.last = ("define", (function.name, first, last))

    def closed(self, graph: Graph, name: str, params: tuple[str, ...], first: int, last: int) -> None:
        """A function with a derivative of its own is one node: it sees its arguments and nothing else."""
        for free in graph.variables:
            if free not in params:
                raise self.tokens.error("free-name-in-rule", first, last, name=name, free=free)

    # Operators

    def binary(self, op: str) -> Callable[[list[Any], int, int], int]:
        """The action of an infix operator."""

        starts, stops, place = self.tokens.starts, self.tokens.stops, self.tokens.place
        moved = self.tokens.offsets is not None

        def action(parts: list[Any], first: int, last: int) -> int:
            left, _, right = parts
            span = place(starts[first], stops[last]) if moved else (starts[first], stops[last])
            return self.graph.add(op, (left, right), span)

        return action

    def negate(self, parts: list[Any], first: int, last: int) -> int:
        """`-x`; a literal takes the sign itself, for nobody wants `-2` to be a step."""
        node: int = parts[1]
        span = self.tokens.span(first, last)
        if self.graph.op[node] == "const" and node not in self.graph.name:
            value = self.graph.payload[node]
            if not isinstance(value, str):
                return self.graph.const(numbers.negated(value), span)
        return self.graph.add("neg", (node,), span)

    def keep(self, parts: list[Any], first: int, last: int) -> Any:
        """`+x` is x."""
        return parts[1]

    def bracket(self, parts: list[Any], first: int, last: int) -> Any:
        """`(x)` is x."""
        return parts[1]

    def invert(self, parts: list[Any], first: int, last: int) -> int:
        """`not x`."""
        return self.graph.add("not", (parts[1],), self.tokens.span(first, last))

    def begin_chain(self, parts: list[Any], first: int, last: int) -> tuple[int, int]:
        """`x < y`: the node, and the operand that a longer chain would compare next."""
        op = COMPARISONS[self.tokens.texts[parts[1]]]
        return self.graph.add(op, (parts[0], parts[2]), self.tokens.span(first, last)), parts[2]

    def extend_chain(self, parts: list[Any], first: int, last: int) -> tuple[int, int]:
        """`0 < x < 1`: both hold."""
        (before, middle), op = parts[0], COMPARISONS[self.tokens.texts[parts[1]]]
        span = self.tokens.span(first, last)
        return self.graph.add("and", (before, self.graph.add(op, (middle, parts[2]), span)), span), parts[2]

    def end_chain(self, parts: list[Any], first: int, last: int) -> int:
        """A comparison as a value."""
        node: int = parts[0][0]
        return node

    def raise_to(self, parts: list[Any], first: int, last: int) -> int:
        """`x^y`."""
        return self.power(parts[0], parts[2], self.tokens.span(first, last))

    def superscript(self, parts: list[Any], first: int, last: int) -> int:
        """`x²`."""
        written = self.tokens.texts[parts[1]].translate(SUPERSCRIPT_DIGITS)
        exponent = self.literal(written.lstrip("+-"), parts[1])
        if written.startswith("-"):
            exponent = numbers.negated(exponent)
        node = self.graph.const(exponent, self.tokens.span(parts[1], parts[1]))
        return self.power(parts[0], node, self.tokens.span(first, last))

    def power(self, base: int, exponent: int, span: tuple[int, int]) -> int:
        """A power; a constant exponent is its own operation, right to every order at 0."""
        return self.graph.add("powc" if self.graph.constant[exponent] else "pow", (base, exponent), span)

    def root(self, parts: list[Any], first: int, last: int) -> int:
        """`√x`, `∛x`."""
        op = "sqrt" if self.tokens.texts[parts[0]] == "√" else "cbrt"
        return self.graph.add(op, (parts[1],), self.tokens.span(first, last))

    def refuse_quotient(self, parts: list[Any], first: int, last: int) -> int:
        """`1/2x` has two readings."""
        raise self.two_readings("ambiguous-quotient", parts, first, last)

    def refuse_power(self, parts: list[Any], first: int, last: int) -> int:
        """`2^3x` has two readings."""
        raise self.two_readings("ambiguous-power", parts, first, last)

    def two_readings(self, kind: str, parts: list[Any], first: int, last: int) -> InputError:
        tokens = self.tokens
        gap: int = parts[1]  # the place where the sign is missing
        text = tokens.source
        begin, middle, end = tokens.span(first, first)[0], tokens.span(gap, gap)[0], tokens.span(last, last)[1]
        left, right = text[begin:middle].strip(), text[middle:end].strip()
        operator, depth = gap - 1, 0
        while depth or tokens.texts[operator] not in ("/", "@", "^", "**"):
            depth += (tokens.kinds[operator] == scanner.RPAR) - (tokens.kinds[operator] == scanner.LPAR)
            operator -= 1
        before, after = tokens.span(operator, operator)
        head, sign, tail = text[begin:before].strip(), text[before:after], text[after:middle].strip()
        return tokens.error(
            kind, first, last, text=text[begin:end], one=f"({left})*{right}", other=f"{head}{sign}({tail}*{right})"
        )

    # Values and calls

    def number(self, parts: list[Any], first: int, last: int) -> int:
        """A literal, kept exactly."""
        return self.graph.const(self.literal(self.tokens.texts[first], first), self.tokens.span(first, last))

    def literal(self, text: str, token: int) -> numbers.Constant:
        """The exact value of the digits of a token."""
        try:
            return numbers.literal(text)
        except OverflowError:
            raise self.tokens.error("literal-too-large", token, limit=numbers.LARGEST_EXPONENT) from None

    def name(self, parts: list[Any], first: int, last: int) -> int:
        """A parameter, an assigned name, a constant, or else a free variable."""
        name = self.tokens.texts[first]
        # A variable that was met before stays one to the end of the text, outside of definitions.
        if self.graph is self.outer and self.tokens.kinds[first + 1] not in RAISES:
            node = self.graph.variables.get(name)
            if node is not None:
                return node
        if self.tokens.kinds[first + 1] in RAISES and (name in self.templates or named(name)):
            self.refuse_raised_function(name, first)
        return self.look_up(name, self.tokens.span(first, last))

    def refuse_raised_function(self, name: str, first: int) -> None:
        """sin²(x) and sin^2(x) are no products of a variable named sin. Raises InputError."""
        kinds, texts = self.tokens.kinds, self.tokens.texts
        if name in self.own or name in self.graph.variables:
            return
        last = first + 1
        sign = texts[last] if kinds[last] == CIRCUMFLEX else ""
        if sign:
            last += 1 + (kinds[last + 1] == MINUS)
        if kinds[last] not in (scanner.NUMBER, scanner.SUPERSCRIPT) or kinds[last + 1] != scanner.ADJACENT:
            return
        argument = "(...)" if kinds[last + 2] == scanner.LPAR else f"({texts[last + 2]})"
        exponent = self.tokens.source[slice(*self.tokens.span(first + 1, last))]
        hint = f"write `{name}{argument}{exponent}`"
        if exponent in ("^-1", "⁻¹", "**-1") and named(f"a{name}"):
            hint = f"write `a{name}{argument}` for the inverse function, `1/{name}{argument}` for the reciprocal"
        raise self.tokens.error("function-raised", first, last, name=name, hint=hint)

    def look_up(self, name: str, span: tuple[int, int]) -> int:
        graph = self.graph
        if graph is self.outer:
            node = self.assigned.get(name)
            if node is not None:
                return node
        if name in self.settings and self.settings[name].isdecimal():
            return graph.const(int(self.settings[name]), span)
        constant = self.constants.get(name)
        if constant is not None and name not in graph.variables:
            return graph.const(constant, span)
        node = graph.variable(name, span)
        if graph is self.outer and name not in self.names:
            self.names[name] = node
            if name in self.shadowed:
                self.hidden.append(name)
        return node

    def word_of_setting(self, node: int, word: str) -> int:
        """A word such as True behind `keepdims=` is no variable: it is taken out of the graph again."""
        if word not in self.settings and word not in TRUTH and word not in EVERYTHING:
            return node
        if node == len(self.graph) - 1:
            self.names.pop(word, None)
            self.graph.forget_last()
        return self.graph.const(0)

    def first(self, parts: list[Any], first: int, last: int) -> list[Any]:
        """The beginning of a list."""
        return [parts[0]]

    def more(self, parts: list[Any], first: int, last: int) -> list[Any]:
        """A list and one more."""
        parts[0].append(parts[2])
        return parts[0]  # type: ignore[no-any-return]

    def positional(self, parts: list[Any], first: int, last: int) -> tuple[str, int, int]:
        """An argument by its place."""
        return "", parts[0], first

    def keyword(self, parts: list[Any], first: int, last: int) -> tuple[str, int, int]:
        """An argument by its name."""
        node: int = parts[2]
        if first + 2 == last and self.graph.op[node] == "var":
            node = self.word_of_setting(node, self.tokens.texts[last])
        return self.tokens.texts[parts[0]], node, first

    def call_empty(self, parts: list[Any], first: int, last: int) -> int:
        """`f()`."""
        return self.call([parts[0], parts[1], [], parts[2]], first, last)

    def call(self, parts: list[Any], first: int, last: int) -> int:
        """`f(x, y, slope=0.1)`: a user's function, else one of the table."""
        name = self.tokens.texts[first]
        arguments: list[tuple[str, int, int]] = parts[2]
        span = self.tokens.span(first, last)
        template = self.templates.get(name)
        if template is not None:
            nodes = self.match(name, template.params, {}, False, arguments, first)
            if name in self.custom:
                self.outer.functions[f"call {name}"] = self.custom[name]
                self.graph.functions[f"call {name}"] = self.custom[name]
                return self.graph.add(f"call {name}", nodes, span)
            return self.expand(template, nodes, span)
        candidates = named(name)
        if name in FILLED:
            op = TABLE["full"]
            number = self.graph.const(FILLED[name], span)
            return self.apply_to_tensors(op, [("", number, first), *arguments], first, last)
        if not candidates:
            raise self.unknown_function(name, arguments, first, last)
        count = sum(not any(keyword in op.settings for op in candidates) for keyword, _, _ in arguments)
        op = next((op for op in candidates if op.takes(count)), candidates[0])
        for keyword, _, _ in arguments:
            op = next((op for op in candidates if op.rest == keyword != ""), op)  # transpose(x, axes=[1, 0])
        if op.of_tensors:
            return self.apply_to_tensors(op, arguments, first, last)
        nodes = self.match(name, op.params, op.defaults, op.variadic, arguments, first)
        if op.symbol == "^":
            return self.power(nodes[0], nodes[1], span)
        if op.variadic and self.tie != SHARE:
            op = TABLE[f"{op.name}_{self.tie}"]
        return self.apply(op, nodes, span)

    def apply(self, op: Op, nodes: tuple[int, ...], span: tuple[int, int]) -> int:
        """The node of an operation, or the nodes that it stands for where it is to be unfolded."""
        if op.spelling not in self.unfold or not op.unfolded:
            return self.graph.add(op.name, nodes, span)
        program = parse(op.unfolded, settings=op.chosen, unfold=self.unfold)
        template = Template(op.spelling, op.params, program.graph, span)
        template.output = program.output
        return self.expand(template, nodes, span)

    def match(
        self,
        name: str,
        params: tuple[str, ...],
        defaults: dict[str, str],
        variadic: bool,
        arguments: list[tuple[str, int, int]],
        first: int,
        settings: Sequence[str] = (),
    ) -> tuple[int, ...]:
        """The argument nodes in the order of the parameters."""
        tokens = self.tokens
        if variadic:
            for keyword, _, place in arguments:
                if keyword:
                    raise tokens.error("keyword-unknown", place, name=name, keyword=keyword, known="no keywords")
            if len(arguments) < len(params):
                raise tokens.error("wrong-count", first, name=name, takes="at least 1 argument", given=len(arguments))
            return tuple(node for _, node, _ in arguments)
        found: dict[str, int] = {}
        named_before = False
        for position, (keyword, node, place) in enumerate(arguments):
            if keyword:
                named_before = True
                if keyword not in params:
                    known = ", ".join([*params, *settings])
                    near = closest(keyword, [*params, *settings]) if len(keyword) > 1 else None
                    near = KEYWORDS[keyword] if KEYWORDS.get(keyword) in settings else near
                    hint = {"hint": f"did you mean `{near}`?"} if near else {}
                    raise tokens.error("keyword-unknown", place, name=name, keyword=keyword, known=known, **hint)
            elif named_before:
                raise tokens.error("keyword-first", place, name=name)
            elif position >= len(params):
                raise self.wrong_count(name, params, defaults, len(arguments), first, settings)
            param = keyword or params[position]
            if param in found:
                raise tokens.error("keyword-twice", place, name=name, keyword=param)
            found[param] = node
        for param in params:
            if param not in found:
                if param not in defaults:
                    raise self.wrong_count(name, params, defaults, len(arguments), first)
                found[param] = self.graph.const(numbers.literal(defaults[param]))
        return tuple(found[param] for param in params)

    def wrong_count(
        self, name: str, params: tuple[str, ...], defaults: dict[str, str], count: int, first: int,
        settings: Sequence[str] = (),
    ) -> InputError:
        least, most = len(params) - len(defaults), len(params)
        counts = sorted({*range(least, most + 1), *(len(op.params) for op in named(name) if not op.variadic)})
        takes = " or ".join(map(str, counts)) + (" argument" if counts == [1] else " arguments")
        hint = {"hint": f"it is defined as `{name}({', '.join(params)})`"} if name in self.templates else {}
        if settings and count > most:
            hint = {"hint": f"what it is to do is given by name, as in `{name}({', '.join(params)}, {settings[0]}=0)`"}
        return self.tokens.error("wrong-count", first, name=name, takes=takes, given=count, **hint)

    def unknown_function(
        self, name: str, arguments: list[tuple[str, int, int]], first: int, last: int
    ) -> InputError:
        tokens = self.tokens
        if self.defining is not None and name == self.defining.name:
            return tokens.error("recursive-function", first, name=name)
        if scanner.DEFINE in tokens.kinds[last + 1 :] and any(
            kind == scanner.DEFINE and text == name
            for kind, text in zip(tokens.kinds[last + 1 :], tokens.texts[last + 1 :], strict=True)
        ):
            return tokens.error("defined-below", first, name=name)
        if name == "dx" and tokens.texts[max(first - 2, 0) : first] == ["d", "/"]:
            return tokens.error("partial-sign", first - 2, first, char="d/dx")
        known = name in self.names or name in self.graph.variables
        if len(arguments) == 1 and (known or (len(name) == 1 and name not in ELSEWHERE)):
            inner = tokens.source[tokens.span(first + 1, first + 1)[0] : tokens.span(last, last)[1]]
            return tokens.error("name-called", first, name=name, inner=inner)
        called = [spelling for spelling in functions() if TABLE.get(spelling) is None or not TABLE[spelling].symbol]
        near = ELSEWHERE.get(name) or closest(name, [*self.templates, *called])
        hint = "`bpcli ops` lists the functions there are"
        if near:
            hint = f"did you mean `{near}`? `bpcli ops` lists them all"
        return tokens.error("unknown-function", first, name=name, hint=hint)

    def expand(self, template: Template, arguments: tuple[int, ...], span: tuple[int, int]) -> int:
        """The body of a function with its parameters replaced; once for the same arguments."""
        graph = self.graph
        top = graph is self.outer
        if top and graph.share:
            known, name = template.expanded.get(arguments, (-1, None))
            # A result that was given a name since is a node of its own from then on.
            if known >= 0 and graph.name.get(known) == name:
                return known
        inside = graph.inside
        frame = Frame(template.name, arguments)
        if top:
            graph.frames.append(frame)
            graph.inside = len(graph.frames)
        result = self.copy(template, dict(zip(template.params, arguments, strict=True)), span)
        frame.result = result
        graph.inside = inside
        if top:
            template.expanded[arguments] = result, graph.name.get(result)
        return result

    def copy(self, template: Template, bound: dict[str, int], span: tuple[int, int]) -> int:
        """Append the nodes of a template to the graph; a free name means what it means here."""
        graph, body = self.graph, template.graph
        needed = body.reaches(template.output)
        made: list[int] = [-1] * len(body)
        for node in range(template.output + 1):
            if not needed[node]:
                continue
            op = body.op[node]
            if op == "var":
                name = str(body.payload[node])
                made[node] = bound[name] if name in bound else self.look_up(name, span)
            elif op == "const":
                made[node] = graph.const(body.payload[node], span)
            else:
                args = tuple([made[argument] for argument in body.args[node]])
                if op == "pow" and graph.constant[args[1]]:
                    op = "powc"
                elif op in body.functions:
                    graph.functions[op] = body.functions[op]
                made[node] = graph.add(op, args, span)
        return made[template.output]

    # The result

    def fresh(self, name: str) -> str:
        """A name like this one that is still free."""
        number = 2
        while f"{name}{number}" in self.names or f"{name}{number}" in self.tokens.assigned:
            number += 1
        return f"{name}{number}"

    def program(self) -> Program:
        """The program that was read."""
        kind, (result, first, last) = self.last
        if kind == "outputs":
            return self.made(self.named_outputs(result))
        if kind == "define":
            name, template = result, self.templates[result]
            span = self.tokens.span(first, last)
            arguments = tuple(self.look_up(param, span) for param in template.params)
            if name in self.custom:
                self.graph.functions[f"call {name}"] = self.custom[name]
                result = self.graph.add(f"call {name}", arguments, span)
            else:
                result = self.expand(template, arguments, span)
            output_name = name
        else:
            output_name = self.graph.name.get(result, self.free_output())
        return self.made({output_name: result})

    def named_outputs(self, nodes: list[int]) -> dict[str, int]:
        """The results of a program that has several: by the names that it assigned, else y[0], y[1] ..."""
        outputs: dict[str, int] = {}
        for place, node in enumerate(nodes):
            name = self.graph.name.get(node)
            own = name in self.assigned and name not in outputs
            numbered = f"{self.free_output()}[{place}]" if len(nodes) > 1 else self.free_output()
            outputs[str(name) if own else numbered] = node
        return outputs

    def free_output(self) -> str:
        """A name for a result without one."""
        taken = {*self.names, *self.assigned}
        return next((name for name in OUTPUT_NAMES if name not in taken), "y_")

    def made(self, outputs: dict[str, int]) -> Program:
        """The program with these results."""
        return Program(
            self.tokens.source, self.graph, self.names, tuple(self.assigned), outputs, tuple(self.hidden)
        )
