"""Hyperbolic functions and their inverses."""

from bpcli.ops.declaration import Golden, Op

MP = "mpmath, 50 digits"

OPERATIONS = (
    Op(
        "sinh(x)",
        "Hyperbolic sine.",
        zh="双曲正弦。",
        unfolded="(exp(x) - exp(-x))/2",
        partials={"x": "cosh(x)"},
        latex=r"\sinh\left({x}\right)",
        golden=[Golden([1], 1.1752011936438014, [1.5430806348152437], MP)],
    ),
    Op(
        "cosh(x)",
        "Hyperbolic cosine.",
        zh="双曲余弦。",
        unfolded="(exp(x) + exp(-x))/2",
        partials={"x": "sinh(x)"},
        latex=r"\cosh\left({x}\right)",
        golden=[Golden([1], 1.5430806348152437, [1.1752011936438014], MP)],
    ),
    Op(
        "tanh(x)",
        "Hyperbolic tangent: squashes the real line onto (-1, 1).",
        zh="双曲正切：把整条数轴压到 (-1, 1) 之间。",
        unfolded="(exp(x) - exp(-x))/(exp(x) + exp(-x))",
        # 1 - out^2 is 0 beyond |x| of about 19, where the truth is still 1e-17. sech and its own slope stay
        # finite everywhere; cosh overflows, and then the second derivative would be 0 * inf.
        partials={"x": "sech(x)^2"},
        textbook={"x": "1 - out^2"},
        latex=r"\tanh\left({x}\right)",
        golden=[
            Golden([0], 0, [1], "by hand"),
            Golden([1], 0.7615941559557649, [0.41997434161402607], MP),
            Golden([20], 1.0, [1.6993417021166355e-17], MP),
        ],
    ),
    Op(
        "sech(x)",
        "Hyperbolic secant, 1/cosh(x).",
        zh="双曲正割，1/cosh(x)。",
        unfolded="2/(exp(x) + exp(-x))",
        # Not 1/cosh(x), which is 0 from 711 on; the truth is a float up to 745.
        value="2*exp(-abs(x))/(1 + exp(-2*abs(x)))",
        partials={"x": "-out*tanh(x)"},
        latex=r"\operatorname{{sech}}\left({x}\right)",
        golden=[Golden([0], 1, [0], "by hand"), Golden([1], 0.6480542736638855, [-0.49355434756457306], MP)],
    ),
    Op(
        "asinh(x)",
        "Inverse hyperbolic sine.",
        zh="反双曲正弦。",
        aliases=["arcsinh"],
        partials={"x": "1/hypot(1, x)"},
        textbook={"x": "1/sqrt(x^2 + 1)"},
        latex=r"\operatorname{{arsinh}}\left({x}\right)",
        golden=[
            Golden([1], 0.881373587019543, [0.7071067811865475], MP),
            Golden([1e200], 461.2101657793691, [1e-200], MP),
        ],
    ),
    Op(
        "acosh(x)",
        "Inverse hyperbolic cosine.",
        zh="反双曲余弦。",
        aliases=["arccosh"],
        partials={"x": "1/(sqrt(x - 1)*sqrt(x + 1))"},
        textbook={"x": "1/sqrt(x^2 - 1)"},
        latex=r"\operatorname{{arcosh}}\left({x}\right)",
        domain="x >= 1",
        smooth="x > 1",
        golden=[Golden([2], 1.3169578969248166, [0.5773502691896257], MP)],
    ),
    Op(
        "atanh(x)",
        "Inverse hyperbolic tangent.",
        zh="反双曲正切。",
        aliases=["arctanh"],
        partials={"x": "1/((1 - x)*(1 + x))"},
        textbook={"x": "1/(1 - x^2)"},
        latex=r"\operatorname{{artanh}}\left({x}\right)",
        domain="-1 < x and x < 1",
        golden=[Golden([0.5], 0.5493061443340548, [1.3333333333333333], MP)],
    ),
)
