"""Step functions: flat almost everywhere, so nothing flows back through them."""

from bpcli.ops.declaration import Golden, Kink, Op

FLAT = "is piecewise constant: its slope is 0 wherever it has one"

OPERATIONS = (
    Op(
        "sign(x)",
        "-1, 0 or 1.",
        zh="符号：-1、0 或 1。",
        partials={"x": "0"},
        flat=FLAT,
        latex=r"\operatorname{{sign}}\left({x}\right)",
        kinks=[Kink("x == 0", "slope 0", jump=True)],
        golden=[Golden([-3], -1, [0], "by hand"), Golden([0], 0, [0], "convention")],
    ),
    Op(
        "step(x)",
        "1 where x is positive, else 0.",
        zh="x 为正时是 1，否则是 0。",
        value="x > 0",
        partials={"x": "0"},
        flat=FLAT,
        latex=r"\operatorname{{step}}\left({x}\right)",
        kinks=[Kink("x == 0", "slope 0", jump=True)],
        golden=[
            Golden([2], 1, [0], "by hand"),
            Golden([-2], 0, [0], "by hand"),
            Golden([0], 0, [0], "convention: 0 at the step"),
        ],
    ),
    Op(
        "floor(x)",
        "The largest whole number not above x.",
        zh="不大于 x 的最大整数。",
        partials={"x": "0"},
        flat=FLAT,
        latex=r"\left\lfloor {x} \right\rfloor",
        kinks=[Kink("x == floor(x)", "slope 0", jump=True)],
        golden=[Golden([-1.5], -2, [0], "by hand")],
    ),
    Op(
        "ceil(x)",
        "The smallest whole number not below x.",
        zh="不小于 x 的最小整数。",
        partials={"x": "0"},
        flat=FLAT,
        latex=r"\left\lceil {x} \right\rceil",
        kinks=[Kink("x == floor(x)", "slope 0", jump=True)],
        golden=[Golden([-1.5], -1, [0], "by hand")],
    ),
    Op(
        "round(x)",
        "The nearest whole number; halves go to the even one.",
        zh="最接近的整数；正好一半时取偶数。",
        partials={"x": "0"},
        flat=FLAT,
        latex=r"\operatorname{{round}}\left({x}\right)",
        kinks=[Kink("x - floor(x) == 1/2", "slope 0", jump=True)],
        golden=[Golden([2.5], 2, [0], "by hand: half to even"), Golden([3.5], 4, [0], "by hand: half to even")],
    ),
)
