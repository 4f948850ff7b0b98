"""Many entries to one: sums, means, extremes, over all entries or along axes.

`axis` is one axis or a list; without it everything is reduced. `keepdims=1` keeps the reduced axes with size 1.
"""

from bpcli.ops.declaration import Golden, Kink, Op

ALONG = {"axis": "", "keepdims": "0"}


def spread(formula: str) -> str:
    """A value of the shape of the result, copied to every entry that went into it."""
    return f"spread({formula}, x, axis=axis, keepdims=keepdims)"


def extreme(name: str, word: str, zh: str, sign: int) -> Op:
    """The largest or smallest entry; equal ones share the slope."""
    chosen = f"x == {spread('out')}"
    return Op(
        f"a{name}(x)",
        f"The {word} entry; the slope goes to it, and a tie is shared equally.",
        zh=f"{zh}的元素；斜率归它，有相等的则平分。",
        golden=[Golden([[sign, 5 * sign, 5 * sign]], 5 * sign, [[0, 0.5, 0.5]], "convention: a tie is shared")],
        spelling=name,
        of_tensors=True,
        settings=ALONG,
        pullbacks={
            "x": f"where({chosen}, {spread(f'g/sum({chosen}, axis=axis, keepdims=keepdims)')}, 0)"
        },
        latex=rf"\{name}\left({{x}}\right)",
        kinks=[
            Kink(
                "ties > 1",
                f"each of the {word} gets an equal share",
                f"PyTorch's {name} along an axis gives all to one, its a{name} shares",
            )
        ],
    )


OPERATIONS = (
    Op(
        "sum(x)",
        "The sum of the entries.",
        zh="各元素之和。",
        golden=[Golden([[[1, 2], [3, 4]]], [4, 6], [[[1, 10], [1, 10]]], "by hand", {"axis": "0"}, [1, 10])],
        of_tensors=True,
        settings=ALONG,
        linear=["x"],
        pullbacks={"x": spread("g")},
        latex=r"\sum {x}",
    ),
    Op(
        "mean(x)",
        "The sum of the entries divided by their number.",
        zh="各元素之和除以元素个数。",
        golden=[Golden([[[1, 2], [3, 4]]], [2, 3], [[[0.5, 5], [0.5, 5]]], "by hand", {"axis": "0"}, [1, 10])],
        of_tensors=True,
        settings=ALONG,
        linear=["x"],
        unfolded="sum(x, axis=axis, keepdims=keepdims)/count(x, axis=axis)",
        pullbacks={"x": f"{spread('g')}/count(x, axis=axis)"},
        latex=r"\operatorname{{mean}}\left({x}\right)",
    ),
    Op(
        "count(x)",
        "How many entries there are.",
        zh="元素的个数。",
        golden=[Golden([[1, 2, 3]], 3, [[0, 0, 0]], "by hand")],
        of_tensors=True,
        settings={"axis": ""},
        pullbacks={"x": "0"},
        flat="depends on the shape alone",
        latex="n",
    ),
    Op(
        "prod(x)",
        "The product of the entries.",
        zh="各元素之积。",
        golden=[Golden([[2, 3, 0]], 0, [[0, 0, 6]], "by hand")],
        of_tensors=True,
        settings=ALONG,
        pullbacks={"x": f"{spread('g')}*others(x, axis=axis)"},
        latex=r"\prod {x}",
    ),
    Op(
        "others(x)",
        "For each entry the product of all the others, right also where some are 0.",
        zh="对每个元素，给出其余所有元素之积；其中有 0 时也正确。",
        inner=True,
        golden=[Golden([[2, 3, 0]], [0, 0, 6], [[300, 200, 23]], "by hand", {}, [1, 10, 100])],
        of_tensors=True,
        settings={"axis": ""},
        pullbacks={"x": "others_slope(g, x, axis=axis)"},
        latex=r"\prod_{{\text{{others}}}} {x}",
    ),
    Op(
        "others_slope(v, x)",
        "What `others` passes back: for each entry the sum over the others of v times the product of the rest.",
        zh="others 传回的梯度：对每个元素，把 v 乘以再去掉该元素后的积，对其余元素求和。",
        inner=True,
        golden=[Golden([[1, 10, 100], [2, 3, 0]], [300, 200, 23], [[0, 0, 3], None], "by hand", {}, [1, 0, 0])],
        of_tensors=True,
        settings={"axis": ""},
        linear=["v"],
        pullbacks={"v": "others_slope(g, x, axis=axis)"},
        latex=r"\operatorname{{others'}}\left({x}\right)",
        note="no rule by its second argument: third derivatives of products of entries",
    ),
    extreme("max", "largest", "最大", 1),
    extreme("min", "smallest", "最小", -1),
    Op(
        "argmax(x)",
        "The place of the largest entry, counted from 0; the first of equals.",
        zh="最大元素的位置，从 0 数起；有相等的取第一个。",
        golden=[Golden([[1, 5, 2]], 1, [[0, 0, 0]], "by hand")],
        of_tensors=True,
        settings={"axis": ""},
        pullbacks={"x": "0"},
        flat="is constant between its jumps",
        latex=r"\operatorname{{argmax}} {x}",
    ),
    Op(
        "variance(x)",
        "The mean square distance from the mean; it divides by n - ddof.",
        zh="与均值之差的平方的平均；除以 n - ddof。",
        golden=[
            Golden([[1, 3]], 1, [[-1, 1]], "by hand"),
            Golden([[1, 3]], 2, [[-2, 2]], "by hand", {"ddof": "1"}),
        ],
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
        zh="方差的平方根；方差除以 n - ddof。",
        golden=[
            Golden([[1, 3]], 1, [[-0.5, 0.5]], "by hand"),
            Golden([[2, 2]], 0, [[0, 0]], "convention: 0 at 0"),
        ],
        of_tensors=True,
        settings={**ALONG, "ddof": "0"},
        value="sqrt(var(x, axis=axis, keepdims=keepdims, ddof=ddof))",
        pullbacks={
            "x": (
                f"{spread('where(out == 0, 0, g/where(out == 0, 1, out))')}"
                "*(x - mean(x, axis=axis, keepdims=1))/(count(x, axis=axis) - ddof)"
            )
        },
        textbook_pullbacks={
            "x": f"{spread('g/out')}*(x - mean(x, axis=axis, keepdims=1))/(count(x, axis=axis) - ddof)"
        },
        latex=r"\operatorname{{std}}\left({x}\right)",
        kinks=[Kink("out == 0", "slope 0", "JAX returns nan")],
    ),
    Op(
        "logsumexp(x)",
        "The logarithm of the sum of exponentials, without overflow: a smooth maximum.",
        zh="各元素取指数，求和后再取对数，不会溢出：光滑的最大值。",
        golden=[Golden([[0, 1.0986122886681098]], 1.3862943611198906, [[0.25, 0.75]], "by hand: log 1 and log 3")],
        of_tensors=True,
        settings=ALONG,
        unfolded="log(sum(exp(x), axis=axis, keepdims=keepdims))",
        pullbacks={"x": f"{spread('g')}*softmax(x, axis=axis)"},
        latex=r"\log \sum e^{{{x}}}",
    ),
    Op(
        "spread(v, x)",
        "A reduced value copied back to every entry that it came from.",
        zh="把归约得到的值复制回它所来自的每个元素。",
        inner=True,
        golden=[Golden([5, [1, 2]], [5, 5], [11, [0, 0]], "by hand", {}, [1, 10])],
        of_tensors=True,
        settings=ALONG,
        linear=["v"],
        pullbacks={"v": "sum(g, axis=axis, keepdims=keepdims)", "x": "0"},
        latex="{v}",
    ),
    Op(
        "sum_like(v, x)",
        "Summed over the axes along which x was copied: broadcasting undone.",
        zh="沿 x 被复制的各轴求和：广播的逆过程。",
        inner=True,
        golden=[Golden([[[1, 2], [3, 4]], [0, 0]], [4, 6], [[[1, 10], [1, 10]], [0, 0]], "by hand", {}, [1, 10])],
        of_tensors=True,
        linear=["v"],
        pullbacks={"v": "broadcast_like(g, v)", "x": "0"},
        latex=r"\sum {v}",
    ),
    Op(
        "broadcast_like(x, y)",
        "x copied to the shape of y.",
        zh="把 x 复制成 y 的形状。",
        inner=True,
        golden=[
            Golden(
                [[1, 2], [[0, 0], [0, 0]]], [[1, 2], [1, 2]], [[4, 6], [[0, 0], [0, 0]]],
                "by hand", {}, [[1, 2], [3, 4]],
            ),
        ],
        of_tensors=True,
        linear=["x"],
        pullbacks={"x": "sum_like(g, x)", "y": "0"},
        latex="{x}",
    ),
)
