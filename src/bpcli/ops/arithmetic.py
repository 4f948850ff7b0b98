"""Sums, products and powers."""

from bpcli.ops.declaration import Golden, Kink, Op

OPERATIONS = (
    Op(
        "add(x, y)",
        "Sum of two numbers; backwards it copies what arrives to both.",
        zh="两个数的和；反向传播时把传来的梯度原样复制给两边。",
        symbol="+",
        partials={"x": "1", "y": "1"},
        latex="{x} + {y}",
        golden=[Golden([2, 3], 5, [1, 1], "by hand")],
    ),
    Op(
        "sub(x, y)",
        "Difference of two numbers.",
        zh="两个数的差。",
        symbol="-",
        partials={"x": "1", "y": "-1"},
        latex="{x} - {y}",
        golden=[Golden([2, 3], -1, [1, -1], "by hand")],
    ),
    Op(
        "mul(x, y)",
        "Product of two numbers; backwards each receives the other as its factor.",
        zh="两个数的积；反向传播时每个因子得到的倍数是另一个因子。",
        symbol="*",
        partials={"x": "y", "y": "x"},
        latex=r"{x} \cdot {y}",
        golden=[Golden([5, 3], 15, [3, 5], "by hand: the outer product of (x+w)*w at x=2, w=3")],
    ),
    Op(
        "div(x, y)",
        "Quotient of two numbers.",
        zh="两个数的商。",
        symbol="/",
        # -out / y, not -x / y^2: it reuses the quotient and overflows later.
        partials={"x": "1/y", "y": "-out/y"},
        textbook={"y": "-x/y^2"},
        latex=r"\frac{{{x}}}{{{y}}}",
        domain="y != 0",
        golden=[Golden([1, 4], 0.25, [0.25, -0.0625], "by hand")],
    ),
    Op(
        "neg(x)",
        "The number with the other sign.",
        zh="相反数。",
        symbol="-",
        partials={"x": "-1"},
        latex="-{x}",
        golden=[Golden([3], -3, [-1], "by hand")],
    ),
    Op(
        "powc(x, n)",
        "Power with a constant exponent.",
        zh="指数为常数的幂。",
        symbol="^",
        spelling="pow",
        # The exponent is folded when the rule is built, so that every order is right at x = 0:
        # n = 1 leaves the slope 1, and n = 0 has no edge at all. Where n is below 1/2 and no whole number, n - 1 is
        # rounded, and log(x) times that error is the relative error of the slope; pow shows how to avoid that, but
        # squares are too frequent to be asked for such an exponent.
        partials={"x": "n*x^(n - 1) if n != 0", "n": "out*log(x) if x != 0"},
        textbook={"x": "n*x^(n - 1)", "n": "out*log(x)"},
        latex="{x}^{{{n}}}",
        domain="n == round(n) and (x != 0 or n >= 0) or x > 0 or x == 0 and n >= 0",
        smooth="x > 0",
        accuracy=360,
        golden=[
            Golden([3, 2], 9, [6, 9.887510598012987], "by hand; 9 ln 3 by mpmath, 50 digits"),
            Golden([0, 2], 0, [0, 0], "by hand"),
            Golden([0, 1], 0, [1, 0], "by hand"),
            Golden([-2, 3], -8, [12, float("nan")], "by hand: a power with a free exponent is not real below 0"),
        ],
    ),
    Op(
        "pow(x, y)",
        "Power with an exponent that varies.",
        zh="指数也会变的幂。",
        symbol="^",
        # Closed at the origin alone: y = 0 has slope 0 in x, but a slope that varies with y. By the quotient where
        # y - 1 is rounded; where y is larger the value may underflow, and the slope not.
        partials={
            "x": "where(y < 1/2 and x != 0, y*out/x, y*x^(y - 1)) if x != 0 or y != 0",
            "y": "out*log(x) if x != 0",
        },
        textbook={"x": "y*x^(y - 1)", "y": "out*log(x)"},
        latex="{x}^{{{y}}}",
        domain="x > 0 or x == 0 and y >= 0 or y == round(y) and x != 0",
        smooth="x > 0",
        kinks=[
            Kink("x == 0 and y == 0", "slope 0, with 0^0 = 1; beside it the slope by the exponent goes to -inf")
        ],
        golden=[
            Golden([2, 3], 8, [12, 5.545177444479562], "by hand; 8 ln 2 by mpmath, 50 digits"),
            Golden([0, 2], 0, [0, 0], "by hand: 0^y is 0 for every y > 0"),
            Golden([0, 1], 0, [1, 0], "by hand"),
            Golden([0, 0.25], 0, [float("inf"), 0], "by hand: the tangent is vertical"),
            Golden([0, 0], 1, [0, 0], "convention: 0^0 is 1, and nothing flows"),
        ],
    ),
    Op(
        "mod(x, y)",
        "Remainder of x / y with the sign of y.",
        zh="x 除以 y 的余数，符号与 y 相同。",
        # From the remainder itself: x/y may round up to a whole number where x % y did not, as for 1 and 0.1.
        partials={"x": "1", "y": "round((out - x)/y)"},
        textbook={"y": "-floor(x/y)"},
        latex=r"{x} \bmod {y}",
        domain="y != 0",
        kinks=[Kink("mod(x, y) == 0", "slope 1 in x, as to the right of the jump", jump=True)],
        golden=[
            Golden([7, 3], 1, [1, -2], "by hand: 7 = 2*3 + 1"),
            Golden([-7, 3], 2, [1, 3], "by hand: -7 = -3*3 + 2"),
        ],
    ),
    Op(
        "hypot(x, y)",
        "Length of the vector (x, y), without overflow on the way.",
        zh="向量 (x, y) 的长度，中途不会溢出。",
        partials={"x": "x/out if out != 0", "y": "y/out if out != 0"},
        latex=r"\sqrt{{{x}^2 + {y}^2}}",
        textbook={"x": "x/out", "y": "y/out"},
        kinks=[Kink("x == 0 and y == 0", "slope 0", "PyTorch returns nan, JAX 1/2")],
        golden=[Golden([3, 4], 5, [0.6, 0.8], "by hand"), Golden([0, 0], 0, [0, 0], "convention: 0 at the origin")],
    ),
)
