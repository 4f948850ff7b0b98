"""Exponentials, logarithms, roots, and the error function."""

from bpcli.ops.declaration import Golden, Op

MP = "mpmath, 50 digits"

OPERATIONS = (
    Op(
        "exp(x)",
        "Exponential function: its own slope.",
        partials={"x": "out"},
        latex=r"e^{{{x}}}",
        golden=[Golden([0], 1, [1], "by hand"), Golden([1], 2.718281828459045, [2.718281828459045], MP)],
    ),
    Op(
        "expm1(x)",
        "exp(x) - 1, accurate near 0.",
        partials={"x": "exp(x)"},
        latex=r"e^{{{x}}} - 1",
        golden=[Golden([1e-10], 1.00000000005e-10, [1.0000000001], MP)],
    ),
    Op(
        "exp2(x)",
        "2 to the power of x.",
        partials={"x": "out*log(2)"},
        latex=r"2^{{{x}}}",
        golden=[Golden([3], 8, [5.545177444479562], MP)],
    ),
    Op(
        "log(x)",
        "Natural logarithm.",
        aliases=["ln"],
        partials={"x": "1/x"},
        latex=r"\ln\left({x}\right)",
        domain="x > 0",
        golden=[Golden([2], 0.6931471805599453, [0.5], MP)],
    ),
    Op(
        "log_base(x, b)",
        "Logarithm of x to the base b.",
        spelling="log",
        value="log(x)/log(b)",
        # Two quotients: neither overflows before the slope does.
        partials={"x": "1/log(b)/x", "b": "-out/log(b)/b"},
        textbook={"x": "1/(x*log(b))", "b": "-out/(b*log(b))"},
        latex=r"\log_{{{b}}}\left({x}\right)",
        domain="x > 0 and b > 0 and b != 1",
        golden=[Golden([8, 2], 3, [0.18033688011112043, -2.1640425613334453], MP)],
    ),
    Op(
        "log2(x)",
        "Logarithm to the base 2.",
        partials={"x": "1/log(2)/x"},
        textbook={"x": "1/(x*log(2))"},
        latex=r"\log_2\left({x}\right)",
        domain="x > 0",
        golden=[Golden([8], 3, [0.18033688011112043], MP)],
    ),
    Op(
        "log10(x)",
        "Logarithm to the base 10.",
        partials={"x": "1/log(10)/x"},
        textbook={"x": "1/(x*log(10))"},
        latex=r"\log_{{10}}\left({x}\right)",
        domain="x > 0",
        golden=[Golden([1000], 3, [0.0004342944819032518], MP)],
    ),
    Op(
        "log1p(x)",
        "log(1 + x), accurate near 0.",
        partials={"x": "1/(1 + x)"},
        latex=r"\ln\left(1 + {x}\right)",
        domain="x > -1",
        golden=[Golden([1e-10], 9.9999999995e-11, [0.9999999999], MP)],
    ),
    Op(
        "logaddexp(x, y)",
        "log(exp(x) + exp(y)), without overflow on the way.",
        # Apart where both are equal, for then they may be infinite.
        value="max(x, y) + where(x == y, log(2), log1p(exp(-abs(x - y))))",
        partials={"x": "sigmoid(x - y)", "y": "sigmoid(y - x)"},
        latex=r"\ln\left(e^{{{x}}} + e^{{{y}}}\right)",
        golden=[Golden([1, 2], 2.313261687518223, [0.2689414213699951, 0.7310585786300049], MP)],
    ),
    Op(
        "sqrt(x)",
        "Square root; its slope at 0 is infinite.",
        # + 0 turns the root of -0.0 into 0: the tangent at 0 points up, also in sqrt(-x).
        partials={"x": "1/(2*out + 0)"},
        textbook={"x": "1/(2*out)"},
        latex=r"\sqrt{{{x}}}",
        domain="x >= 0",
        smooth="x > 0",
        golden=[
            Golden([4], 2, [0.25], "by hand"),
            Golden([0], 0, [float("inf")], "by hand: the tangent is vertical"),
        ],
    ),
    Op(
        "cbrt(x)",
        "Cube root, of negative numbers too.",
        partials={"x": "1/(3*out^2)"},
        latex=r"\sqrt[3]{{{x}}}",
        smooth="x != 0",
        golden=[Golden([-8], -2, [0.08333333333333333], "by hand: 1/12")],
    ),
    Op(
        "erf(x)",
        "Error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.",
        partials={"x": "2/sqrt(pi)*exp(-x^2)"},
        latex=r"\operatorname{{erf}}\left({x}\right)",
        golden=[Golden([0.5], 0.5204998778130465, [0.8787825789354449], MP)],
    ),
    Op(
        "erfc(x)",
        "1 - erf(x), accurate far to the right.",
        partials={"x": "-2/sqrt(pi)*exp(-x^2)"},
        latex=r"\operatorname{{erfc}}\left({x}\right)",
        golden=[Golden([5], 1.5374597944280349e-12, [-1.5670866531017336e-11], MP)],
    ),
    Op(
        "erfinv(x)",
        "The number whose error function is x.",
        partials={"x": "sqrt(pi)/2*exp(out^2)"},
        latex=r"\operatorname{{erf}}^{{-1}}\left({x}\right)",
        domain="-1 < x and x < 1",
        # Near 1 the square of the result is 36, and so many times larger is the error of the slope.
        accuracy=32,
        golden=[Golden([0.5], 0.4769362762044699, [1.1125848189719498], MP)],
    ),
)
