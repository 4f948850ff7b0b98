"""Graph -> LaTeX: math for amsmath, from the templates of the table, with brackets where they are needed.

Nothing recurses, and nothing is reordered, as in text.py. A product is written side by side, with a dot only
where the next factor begins with a digit.
"""

from __future__ import annotations

from bpcli import numbers
from bpcli.ops import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from bpcli.graph import Graph
    from bpcli.ops import Op

# How tightly each form holds together. A fraction needs no brackets in a product, and some below a power.
OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, FRACTION, POWER, ATOM = range(1, 11)

# operation -> level of the form, levels that the operands need. The right operand of a sum or a product may not
# begin with a sign.
FORMS = {
    "add": (SUM, SUM, PRODUCT),
    "sub": (SUM, SUM, PRODUCT),
    "mul": (PRODUCT, PRODUCT, FRACTION),
    "div": (FRACTION, OR, OR),
    "neg": (SIGN, PRODUCT),
    "powc": (POWER, ATOM, OR),
    "pow": (POWER, ATOM, OR),
    "mod": (COMPARE, FRACTION, FRACTION),
    "exp": (POWER, OR),
    "expm1": (SUM, OR),
    "and": (AND, AND, NOT),
    "or": (OR, OR, AND),
    "not": (NOT, ATOM),
    "where": (OR, OR, OR, OR),
    # Of tensors.
    "outer": (PRODUCT, FRACTION, ATOM),
    "solve": (PRODUCT, ATOM, FRACTION),
    "conv1d": (PRODUCT, ATOM, ATOM),
    "convolve": (PRODUCT, ATOM, ATOM),
    "sum": (PRODUCT, PRODUCT),
    "prod": (PRODUCT, PRODUCT),
    "argmax": (PRODUCT, PRODUCT),
    "logsumexp": (PRODUCT, OR),
    "log_softmax": (PRODUCT, OR),
} | dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne"), (COMPARE, SUM, SUM))
FORMS |= dict.fromkeys(("transpose", "matrix_transpose", "inv"), (POWER, ATOM))

ALWAYS = ATOM + 1  # instead of a level: brackets, whatever it is
OPEN = ("sum", "prod", "logsumexp", "argmax")  # what stands behind such a sign would be read as part of it
HEADS = (r"\sum", r"\prod", r"\operatorname{{argmax}}")  # settings stand below these
MOST_COLUMNS = 10  # of a matrix, which is what amsmath allows

UNSIGNED = 0  # instead of a level: no brackets, and the sign that it begins with is left out

RAISED = (r"\sin", r"\cos", r"\tan", r"\sinh", r"\cosh", r"\tanh", r"\ln")  # \sin^{2}\left(x\right)

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω",
}  # fmt: skip
LETTERS = {letter: name for name, letter in GREEK.items()}


def name(text: str) -> str:
    r"""A name as LaTeX: letters as they are, Greek ones by their command, digits below the line.

    >>> name("x"), name("W1"), name("alpha"), name("β_2"), name("loss"), name("x_max")
    ('x', 'W_{1}', '\\alpha', '\\beta_{2}', '\\mathrm{loss}', 'x_{\\mathrm{max}}')
    """
    stem = text.rstrip("0123456789")
    digits = text[len(stem) :]
    parts = [part for part in stem.split("_") if part]
    if not parts:
        return rf"\mathrm{{{text}}}".replace("_", r"\_")
    below = [_word(part) for part in parts[1:]] + ([digits] if digits else [])
    return _word(parts[0]) + (f"_{{{', '.join(below)}}}" if below else "")


def _word(word: str) -> str:
    if word in GREEK or word in LETTERS:
        return f"\\{LETTERS.get(word, word)}"
    if word.isascii():
        return word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"
    # A letter that a font of mathematics does not have.
    return rf"\text{{{word}}}"


def constant(value: numbers.Constant) -> tuple[str, int]:
    r"""A constant as LaTeX, and how tightly it holds together.

    >>> constant(2), constant((1, 3)), constant((-1, 10)), constant(10**20), constant("pi")
    (('2', 10), ('\\frac{1}{3}', 8), ('-0.1', 7), ('10^{20}', 9), ('\\pi', 10))
    """
    if isinstance(value, str):
        return (value if value == "e" else f"\\{value}"), ATOM
    text = numbers.constant_text(value)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    level = ATOM
    above, slash, below = text.partition("/")
    mantissa, power, exponent = text.partition("e")
    if text in ("inf", "nan"):
        text = r"\infty" if text == "inf" else r"\mathrm{nan}"
    elif slash:
        text, level = rf"\frac{{{above}}}{{{below}}}", FRACTION
    elif power:
        tens = f"10^{{{exponent}}}"
        text, level = (tens, POWER) if mantissa == "1" else (rf"{mantissa} \cdot {tens}", PRODUCT)
    return sign + text, min(level, SIGN) if sign else level


def _pieces(graph: Graph, node: int) -> tuple[int, list[str | tuple[int, int]]]:
    """How a node is written: the level of the whole, and its pieces, text or (argument, level that it needs)."""
    op, args = graph.op[node], graph.args[node]
    declared = TABLE.get(op)
    if op == "same":
        return ATOM, [(args[0], ATOM)]
    if op in ("add", "sub", "mul"):
        level, left, right = FORMS[op]
        sign = {"add": " + ", "sub": " - "}.get(op, r" \cdot " if _begins_with_digit(graph, args[1]) else " ")
        if op == "mul":
            if graph.shape.get(args[0]) and graph.shape.get(args[1]):
                sign = r" \odot "
            if _ends_open(graph, args[0]) or (graph.op[args[0]] == "matmul" and args[0] not in graph.name):
                left = ATOM
            if _base(graph, args[1]) in OPEN or (graph.op[args[1]] == "matmul" and graph.op[args[0]] == "const"):
                right = PRODUCT
        return level, [(args[0], left), sign, (args[1], ATOM if _is_signed(graph, args[1]) else right)]
    if op == "div" and _is_signed(graph, args[0]):
        # The sign of the numerator stands in front of the fraction.
        return SIGN, [r"-\frac{", (args[0], UNSIGNED), "}{", (args[1], OR), "}"]
    if op == "matmul":
        left = ATOM if _ends_open(graph, args[0]) else PRODUCT if _opens_product(graph, args[0]) else FRACTION
        return PRODUCT, [(args[0], left), " ", (args[1], ATOM if _is_signed(graph, args[1]) else FRACTION)]
    if declared is not None and declared.chosen:
        written = _with_settings(graph, node)
        if written is not None:
            return written
    if op == "powc":
        raised = _raised(graph, node)
        if raised is not None:
            return ATOM, raised
    if declared is None or not (declared.variadic or _shows_all(graph, node)):
        title = _title(declared.spelling if declared is not None else op.removeprefix("call "))
        return ATOM, [rf"{title}\left(", *_listed(args), r"\right)"]
    if declared.variadic:
        before, _, after = _template(declared).partition("{x}")
        return ATOM, [_plain(before), *_listed(args), _plain(after)]
    forms = FORMS.get(_base(graph, node))
    needs = dict(zip(declared.params, forms[1:] if forms is not None else (), strict=False))
    places = dict(zip(declared.params, args, strict=True))
    pieces: list[str | tuple[int, int]] = []
    for text, param in _parsed(_template(declared)):
        pieces.append(text)
        if param is not None:
            needed = needs.get(param)
            if needed is None:
                needed = _needed("".join(piece for piece in pieces if isinstance(piece, str)), declared.latex, param)
            pieces.append((places[param], needed))
    return forms[0] if forms is not None else ATOM, pieces


def _base(graph: Graph, node: int) -> str:
    """The operation of a node without its settings; none of one that stands as its name."""
    return "" if node in graph.name else graph.op[node].partition(" ")[0]


def _opens_product(graph: Graph, node: int) -> bool:
    """Whether a matrix product may begin with a node as it stands: with another one, a sign, or a number in front."""
    if node in graph.name:
        return False
    scaled = graph.op[node] == "mul" and not graph.shape.get(graph.args[node][0])
    return graph.op[node] in ("matmul", "neg") or scaled


def _ends_open(graph: Graph, node: int) -> bool:
    """Whether a product ends in a sum or the like, which would take in what stands behind it."""
    while graph.op[node] in ("mul", "neg", "matmul") and node not in graph.name:
        node = graph.args[node][-1]
    return _base(graph, node) in OPEN


def _with_settings(graph: Graph, node: int) -> tuple[int, list[str | tuple[int, int]]] | None:
    """An operation with settings that has a form of its own: an index, a list, a shape that is filled."""
    declared, args = TABLE[graph.op[node]], graph.args[node]
    base = declared.name.partition(" ")[0]
    if base == "index":
        single = graph.op[args[0]] == "var" or args[0] in graph.name
        clear = single and "_" not in name(graph.name[args[0]])
        return ATOM, [(args[0], ATOM if clear else ALWAYS), f"_{{{declared.chosen['at'].replace(',', ', ')}}}"]
    if base == "stack" and declared.chosen["axis"] == "0":
        return ATOM, _matrix(graph, node)
    if declared.rest:
        below = _sizes(declared.chosen[declared.rest], r" \times " if declared.rest == "shape" else ", ")
        if base == "full" and graph.op[args[0]] == "const" and graph.payload[args[0]] in (0, 1):
            return ATOM, [rf"\mathbf{{{graph.payload[args[0]]}}}_{{{below}}}"]
        shown = () if declared.hidden is not None else args
        seed = declared.chosen.get("seed", "0")
        last = "" if seed == "0" else rf", \mathrm{{seed}}={seed}"
        between = ", " if shown else ""
        return ATOM, [rf"{_title(declared.spelling)}\left(", *_listed(shown), f"{between}{below}{last}", r"\right)"]
    return None


def _title(called: str) -> str:
    return called if len(called) == 1 else rf"\operatorname{{{called}}}".replace("_", r"\_")


def _sizes(text: str, between: str = ", ") -> str:
    return text.replace(",", between)


def _matrix(graph: Graph, node: int) -> list[str | tuple[int, int]]:
    """A list of numbers as a column, a list of such lists as a matrix, and others in brackets."""
    rows = graph.args[node]
    listed = [_base(graph, row) == "stack" for row in rows]
    inner = [graph.args[row] for row in rows] if all(listed) else [(row,) for row in rows]
    deeper = any(_base(graph, entry) == "stack" for row in inner for entry in row)
    if deeper or (any(listed) and not all(listed)) or len(inner[0]) > MOST_COLUMNS:
        return [r"\left[", *_listed(rows), r"\right]"]
    pieces: list[str | tuple[int, int]] = [r"\begin{pmatrix} "]
    for number, row in enumerate(inner):
        for place, entry in enumerate(row):
            pieces += [" & "] if place else [r" \\ "] if number else []
            pieces.append((entry, OR))
    return [*pieces, r" \end{pmatrix}"]


def _template(declared: Op) -> str:
    """The template of an operation, with the settings that differ from the usual."""
    chosen = [
        rf"\mathrm{{{{{setting}}}}}={_sizes(text) if ',' not in text else f'({_sizes(text)})'}"
        for setting, text in declared.chosen.items()
        if text != declared.settings[setting]
    ]
    template = declared.latex
    if not chosen:
        return template
    listed = ", ".join(chosen)
    if template.endswith(r"\right)"):
        return template.removesuffix(r"\right)") + rf", {listed}\right)"
    for head in HEADS:
        if head in template:
            return template.replace(head, f"{head}_{{{{{listed}}}}}", 1)
    return f"{template}_{{{{{listed}}}}}"


def _parsed(template: str) -> list[tuple[str, str | None]]:
    """A template of the table as its texts, each with the argument that follows it."""
    from string import Formatter

    return [(text, field) for text, field, _, _ in Formatter().parse(template)]


def _plain(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")


def _needed(before: str, template: str, param: str) -> int:
    """The level that an argument of a template needs: none inside brackets of its own, all of it below a power."""
    after = template.partition(f"{{{param}}}")[2]
    if after.startswith("^"):
        return ATOM
    if before.rstrip().endswith(("+", "-")):
        return FRACTION
    opened = before.endswith(("{", "(", "|", ", ", r"\lfloor ", r"\lceil ", r"\left[", r"\left\{"))
    closed = after.startswith(("}", r"\right", " \\right", ", "))
    return OR if opened and closed else ATOM


def _shows_all(graph: Graph, node: int) -> bool:
    """Whether the template of an operation shows every argument but those that have their default."""
    declared, args = TABLE[graph.op[node]], graph.args[node]
    for param, argument in zip(declared.params, args, strict=True):
        shown = f"{{{param}}}" in declared.latex
        usual = declared.defaults.get(param)
        if not shown and (
            usual is None or graph.op[argument] != "const" or graph.payload[argument] != numbers.literal(usual)
        ):
            return False
    return True


def _listed(args: tuple[int, ...]) -> list[str | tuple[int, int]]:
    pieces: list[str | tuple[int, int]] = []
    for argument in args:
        pieces += [", ", (argument, OR)] if pieces else [(argument, OR)]
    return pieces


def _raised(graph: Graph, node: int) -> list[str | tuple[int, int]] | None:
    r"""\sin^{2}\left(x\right), where the base is a function that is raised so."""
    base, exponent = graph.args[node]
    power = graph.payload.get(exponent)
    declared = TABLE.get(graph.op[base])
    if declared is None or not isinstance(power, int) or power < 2 or graph.op[exponent] != "const":
        return None
    title, bracket, _ = declared.latex.partition(r"\left({x}\right)")
    if title not in RAISED or not bracket or base in graph.name:
        return None
    return [rf"{title}^{{{power}}}\left(", (graph.args[base][0], OR), r"\right)"]


def _is_signed(graph: Graph, node: int) -> bool:
    """Whether a product or a number begins with a minus."""
    while graph.op[node] in ("mul", "same", "matmul"):
        node = graph.args[node][0]
    return graph.op[node] == "neg" or (
        graph.op[node] == "const" and constant(graph.payload[node])[0].startswith("-")
    )


def _begins_with_digit(graph: Graph, node: int) -> bool:
    while graph.op[node] == "same" or graph.op[node] in ("pow", "powc"):
        node = graph.args[node][0]
    return graph.op[node] == "const" and constant(graph.payload[node])[0][:1].isdigit()


def expression(graph: Graph, node: int, named: Container[int] = ()) -> str:
    r"""The formula of a node in LaTeX, down to its variables, or to the nodes in `named`, which stand as their names.

    >>> from bpcli.language.reader import parse
    >>> read = parse("(x + w)*w^2/sqrt(alpha)")
    >>> print(expression(read.graph, read.output))
    \frac{\left(x + w\right) w^{2}}{\sqrt{\alpha}}
    """
    written: list[str] = []
    work: list[str | tuple[int, int]] = [(node, OR)]
    while work:
        item = work.pop()
        if isinstance(item, str):
            written.append(item)
            continue
        here, needed = item
        pieces: list[str | tuple[int, int]]
        if needed == UNSIGNED and graph.op[here] in ("neg", "mul", "same"):
            level, pieces = _pieces(graph, here)
            if graph.op[here] == "neg":
                # What stands behind the sign stands alone, unless a product goes on behind it.
                follows = bool(work) and not (isinstance(work[-1], str) and work[-1].startswith("}"))
                work.append((graph.args[here][0], PRODUCT if follows else OR))
            else:
                first, *rest = [piece for piece in pieces if graph.op[here] != "same" or not isinstance(piece, str)]
                assert isinstance(first, tuple)
                work += [*reversed(rest), (first[0], UNSIGNED)]
            continue
        if graph.op[here] == "var" or (here in named and here != node):
            level, pieces = ATOM, [name(graph.name[here])]
        elif graph.op[here] == "const":
            text, level = constant(graph.payload[here])
            if needed == UNSIGNED:
                text = text.removeprefix("-")
            pieces = [text]
        elif graph.op[here] == "same":
            work.append((graph.args[here][0], needed))
            continue
        else:
            level, pieces = _pieces(graph, here)
        if level < needed:
            pieces = [r"\left(", *pieces, r"\right)"]
        work += reversed(pieces)
    return "".join(written)


def definitions(graph: Graph, named: Mapping[int, str]) -> list[tuple[str, str]]:
    """What some nodes stand for, in order: name and formula. The graph knows them by these names afterwards."""
    graph.name.update(named)
    return [(name(named[each]), expression(graph, each, named)) for each in sorted(named)]


def aligned(rows: list[tuple[str, str]]) -> str:
    """Equations below each other."""
    lines = " \\\\\n".join(f"{left} &= {right}" for left, right in rows)
    return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"
