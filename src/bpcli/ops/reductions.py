"""Many entries to one: sums, means, extremes, over all entries or along axes.

`axis` is one axis or a list; without it everything is reduced. `keepdims=1` keeps the reduced axes with size 1.
"""

from bpcli.ops.declaration import Kink, Op

ALONG = {"axis": "", "keepdims": "0"}


def spread(formula: str) -> str:
    """A value of the shape of the result, copied to every entry that went into it."""
    return f"spread({formula}, x, axis=axis, keepdims=keepdims)"


def extreme(name: str, word: str) -> Op:
    """The largest or smallest entry; equal ones share the slope."""
    chosen = f"x == {spread('out')}"
    return Op(
        f"a{name}(x)",
        f"The {word} entry; the slope goes to it, and a tie is shared equally.",
        spelling=name,
        of_tensors=True,
        settings=ALONG,
        pullbacks={
            "x": f"where({chosen}, {spread(f'g/sum({chosen}, axis=axis, keepdims=keepdims)')}, 0)"
        },
        latex=rf"\{name}\left({{x}}\right)",
        kinks=[Kink("ties > 1", f"each of the {word} gets an equal share")],
    )


OPERATIONS = (
    Op(
        "sum(x)",
        "The sum of the entries.",
        of_tensors=True,
        settings=ALONG,
        linear=["x"],
        pullbacks={"x": spread("g")},
        latex=r"\sum {x}",
    ),
    Op(
        "mean(x)",
        "The sum of the entries divided by their number.",
        of_tensors=True,
        settings=ALONG,
        linear=["x"],
        pullbacks={"x": f"{spread('g')}/count(x, axis=axis)"},
        latex=r"\operatorname{{mean}}\left({x}\right)",
    ),
    Op(
        "count(x)",
        "How many entries there are.",
        of_tensors=True,
        settings={"axis": ""},
        pullbacks={"x": "0"},
        flat="depends on the shape alone",
        latex="n",
    ),
    Op(
        "prod(x)",
        "The product of the entries.",
        of_tensors=True,
        settings=ALONG,
        pullbacks={"x": f"{spread('g')}*others(x, axis=axis)"},
        latex=r"\prod {x}",
    ),
    Op(
        "others(x)",
        "For each entry the product of all the others, right also where some are 0.",
        of_tensors=True,
        settings={"axis": ""},
        pullbacks={"x": "others_slope(g, x, axis=axis)"},
        latex=r"\prod_{{\text{{others}}}} {x}",
    ),
    Op(
        "others_slope(v, x)",
        "What `others` passes back: for each entry the sum over the others of v times the product of the rest.",
        of_tensors=True,
        settings={"axis": ""},
        linear=["v"],
        pullbacks={"v": "others_slope(g, x, axis=axis)"},
        latex=r"\operatorname{{others'}}\left({x}\right)",
        note="no rule by its second argument: third derivatives of products of entries",
    ),
    extreme("max", "largest"),
    extreme("min", "smallest"),
    Op(
        "argmax(x)",
        "The place of the largest entry, counted from 0; the first of equals.",
        of_tensors=True,
        settings={"axis": ""},
        pullbacks={"x": "0"},
        flat="is constant between its jumps",
        latex=r"\operatorname{{argmax}} {x}",
    ),
    Op(
        "variance(x)",
        "The mean square distance from the mean; it divides by n - ddof.",
        spelling="var",
        of_tensors=True,
        settings={**ALONG, "ddof": "0"},
        value=(
            "sum((x - mean(x, axis=axis, keepdims=1))^2, axis=axis, keepdims=keepdims)"
            "/(count(x, axis=axis) - ddof)"
        ),
        pullbacks={
            "x": f"2*{spread('g')}*(x - mean(x, axis=axis, keepdims=1))/(count(x, axis=axis) - ddof)"
        },
        latex=r"\operatorname{{var}}\left({x}\right)",
    ),
    Op(
        "std(x)",
        "The root of the mean square distance from the mean; it divides by n - ddof.",
        of_tensors=True,
        settings={**ALONG, "ddof": "0"},
        value="sqrt(var(x, axis=axis, keepdims=keepdims, ddof=ddof))",
        pullbacks={
            "x": (
                f"{spread('where(out == 0, 0, g/where(out == 0, 1, out))')}"
                "*(x - mean(x, axis=axis, keepdims=1))/(count(x, axis=axis) - ddof)"
            )
        },
        latex=r"\operatorname{{std}}\left({x}\right)",
        kinks=[Kink("out == 0", "slope 0")],
    ),
    Op(
        "logsumexp(x)",
        "The logarithm of the sum of exponentials, without overflow: a smooth maximum.",
        of_tensors=True,
        settings=ALONG,
        pullbacks={"x": f"{spread('g')}*softmax(x, axis=axis)"},
        latex=r"\log \sum e^{{{x}}}",
    ),
    Op(
        "spread(v, x)",
        "A reduced value copied back to every entry that it came from.",
        of_tensors=True,
        settings=ALONG,
        linear=["v"],
        pullbacks={"v": "sum(g, axis=axis, keepdims=keepdims)", "x": "0"},
        latex="{v}",
    ),
    Op(
        "sum_like(v, x)",
        "Summed over the axes along which x was copied: broadcasting undone.",
        of_tensors=True,
        linear=["v"],
        pullbacks={"v": "broadcast_like(g, v)", "x": "0"},
        latex=r"\sum {v}",
    ),
    Op(
        "broadcast_like(x, y)",
        "x copied to the shape of y.",
        of_tensors=True,
        linear=["x"],
        pullbacks={"x": "sum_like(g, x)", "y": "0"},
        latex="{x}",
    ),
)
