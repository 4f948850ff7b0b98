"""What to say of a text whose words are in order, but that cannot be meant so."""

from __future__ import annotations

from bpcli.errors import InputError, closest
from bpcli.language import driver, scanner
from bpcli.language.reader.state import Reading
from bpcli.ops import TABLE, functions, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

CIRCUMFLEX, MINUS = driver.TERMINALS["CIRCUMFLEX"], driver.TERMINALS["MINUS"]
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


class Mistakes(Reading):
    """The errors of a reading; each has its place in the text, and most a word on what to write."""

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

    def unknown_keyword(self, name: str, keyword: str, known: list[str], place: int) -> InputError:
        """An argument by a name that no parameter and no setting has."""
        near = closest(keyword, known) if len(keyword) > 1 else None
        near = KEYWORDS[keyword] if KEYWORDS.get(keyword) in known else near
        hint = {"hint": f"did you mean `{near}`?"} if near else {}
        return self.tokens.error("keyword-unknown", place, name=name, keyword=keyword, known=", ".join(known), **hint)

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
