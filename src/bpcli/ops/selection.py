"""Operations that choose: an input that was not chosen receives nothing."""

from bpcli.ops.declaration import Golden, Kink, Op


def tied(base: str, size: str, which: str) -> Op:
    """max or min with another rule for ties (`--tie first`, `--tie last`): one of the equal gets all."""
    condition = "before == 0" if which == "first" else "before == ties - 1"
    chosen, place = "最大" if size == "largest" else "最小", "第一个" if which == "first" else "最后一个"
    return Op(
        f"{base}_{which}(x, ...)",
        f"The {size} of its arguments; where several tie, the slope goes to the {which} of them.",
        zh=f"各参数中{chosen}的；有几个相等时，斜率归{place}。",
        spelling=base,
        base=base,
        partials={"x": f"1 if x == out and {condition}"},
        latex=rf"\{base}\left({{x}}\right)",
        kinks=[Kink("ties > 1", f"the {which} of the {size} gets the whole slope")],
        golden=[
            Golden([3, -1], 3, [1, 0], "by hand") if base == "max" else Golden([3, -1], -1, [0, 1], "by hand"),
            Golden([2, 2], 2, [1, 0] if which == "first" else [0, 1], f"convention: the {which} of the two"),
        ],
    )


OPERATIONS = (
    Op(
        "abs(x)",
        "Distance from 0.",
        zh="到 0 的距离，即绝对值。",
        partials={"x": "sign(x)"},
        latex=r"\left|{x}\right|",
        kinks=[Kink("x == 0", "slope 0", "JAX returns 1")],
        golden=[Golden([-3], 3, [-1], "by hand"), Golden([0], 0, [0], "convention: 0 at 0")],
    ),
    Op(
        "max(x, ...)",
        "The largest of its arguments; the slope goes to the largest, and a tie is shared equally.",
        zh="各参数中最大的；斜率归最大者，有几个相等就平分。",
        aliases=["maximum"],
        partials={"x": "1/ties if x == out"},
        latex=r"\max\left({x}\right)",
        kinks=[Kink("ties > 1", "each of the largest gets an equal share")],
        golden=[
            Golden([3, -1], 3, [1, 0], "by hand"),
            Golden([2, 2], 2, [0.5, 0.5], "convention: a tie is shared"),
            Golden([2, 5, 5, 5], 5, [0, 1 / 3, 1 / 3, 1 / 3], "convention: a tie is shared"),
        ],
    ),
    Op(
        "min(x, ...)",
        "The smallest of its arguments; the slope goes to the smallest, and a tie is shared equally.",
        zh="各参数中最小的；斜率归最小者，有几个相等就平分。",
        aliases=["minimum"],
        partials={"x": "1/ties if x == out"},
        latex=r"\min\left({x}\right)",
        kinks=[Kink("ties > 1", "each of the smallest gets an equal share")],
        golden=[Golden([3, -1], -1, [0, 1], "by hand"), Golden([2, 2], 2, [0.5, 0.5], "convention: a tie is shared")],
    ),
    Op(
        "clip(x, lo, hi)",
        "x held between lo and hi.",
        zh="把 x 限制在 lo 与 hi 之间。",
        value="min(max(x, lo), hi)",
        partials={"x": "1 if lo <= x and x <= hi", "lo": "1 if x < lo and lo <= hi", "hi": "1 if x > hi or lo > hi"},
        latex=r"\operatorname{{clip}}\left({x}, {lo}, {hi}\right)",
        kinks=[
            Kink("lo <= hi and (x == lo or x == hi)", "slope 1: the value still passes at the bound", "JAX returns 1/2")
        ],
        golden=[
            Golden([0.5, 0, 1], 0.5, [1, 0, 0], "by hand"),
            Golden([2, 0, 1], 1, [0, 0, 1], "by hand"),
            Golden([-2, 0, 1], 0, [0, 1, 0], "by hand"),
            Golden([1, 0, 1], 1, [1, 0, 0], "convention: it passes at the bounds"),
        ],
    ),
    Op(
        "where(c, a, b)",
        "a where c is true (not 0), else b.",
        zh="c 为真（不为 0）时取 a，否则取 b。",
        partials={"c": "0", "a": "1 if c", "b": "1 if not c"},
        latex=r"\begin{{cases}} {a} & {c} \\ {b} & \text{{otherwise}} \end{{cases}}",
        golden=[Golden([1, 2, 3], 2, [0, 1, 0], "by hand"), Golden([0, 2, 3], 3, [0, 0, 1], "by hand")],
    ),
    tied("max", "largest", "first"),
    tied("max", "largest", "last"),
    tied("min", "smallest", "first"),
    tied("min", "smallest", "last"),
)
