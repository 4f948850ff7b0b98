"""Activation functions of networks."""

from bpcli.ops.declaration import Golden, Kink, Op

MP = "mpmath, 50 digits"

OPERATIONS = (
    Op(
        "relu(x)",
        "x where it is positive, else 0: a valve.",
        value="max(x, 0)",
        partials={"x": "1 if x > 0"},
        latex=r"\operatorname{{relu}}\left({x}\right)",
        kinks=[Kink("x == 0", "slope 0")],
        golden=[
            Golden([2], 2, [1], "by hand"),
            Golden([-2], 0, [0], "by hand"),
            Golden([0], 0, [0], "convention: 0 at the corner, as PyTorch and JAX have it"),
        ],
    ),
    Op(
        "leaky_relu(x, slope=0.01)",
        "x where it is positive, else slope * x.",
        value="where(x > 0, x, slope*x)",
        partials={"x": "where(x > 0, 1, slope)", "slope": "x if x <= 0"},
        latex=r"\operatorname{{leaky\_relu}}\left({x}\right)",
        kinks=[Kink("x == 0 and slope != 1", "the slope on the left", "JAX returns 1")],
        golden=[Golden([-2, 0.01], -0.02, [0.01, -2], "by hand"), Golden([2, 0.01], 2, [1, 0], "by hand")],
    ),
    Op(
        "elu(x, alpha=1)",
        "x where it is positive, else alpha * (exp(x) - 1).",
        value="where(x > 0, x, alpha*expm1(min(x, 0)))",
        # The inner choice keeps exp from overflowing on the side that is not taken; min(x, 0) would share
        # its slope at 0, where the formula on the left holds to every order.
        partials={"x": "where(x > 0, 1, alpha*exp(where(x > 0, 0, x)))", "alpha": "expm1(x) if x <= 0"},
        textbook={"x": "where(x > 0, 1, alpha*exp(x))"},
        latex=r"\operatorname{{elu}}\left({x}\right)",
        kinks=[Kink("x == 0 and alpha != 1", "the slope on the left")],
        golden=[Golden([-1, 1], -0.6321205588285577, [0.36787944117144233, -0.6321205588285577], MP)],
    ),
    Op(
        "gelu(x)",
        "x times the probability that a standard normal number is below x (the exact form).",
        value="x*erfc(-x/sqrt(2))/2",
        partials={"x": "erfc(-x/sqrt(2))/2 + x*exp(-x^2/2)/sqrt(2*pi)"},
        textbook={"x": "(1 + erf(x/sqrt(2)))/2 + x*exp(-x^2/2)/sqrt(2*pi)"},
        latex=r"\operatorname{{gelu}}\left({x}\right)",
        golden=[
            Golden([1], 0.8413447460685429, [1.0833154705876862], MP),
            Golden([-10], -7.619853024160526e-23, [-7.618400096464814e-22], MP),
        ],
    ),
    Op(
        "silu(x)",
        "x * sigmoid(x), also called swish.",
        aliases=["swish"],
        value="x*sigmoid(x)",
        partials={"x": "sigmoid(x)*(1 + x*sigmoid(-x))"},
        textbook={"x": "sigmoid(x) + x*sigmoid(x)*(1 - sigmoid(x))"},
        latex=r"\operatorname{{silu}}\left({x}\right)",
        golden=[Golden([1], 0.7310585786300049, [0.9276705118714868], MP)],
    ),
    Op(
        "softplus(x)",
        "log(1 + exp(x)), a smooth relu.",
        value="max(x, 0) + log1p(exp(-abs(x)))",
        partials={"x": "sigmoid(x)"},
        latex=r"\operatorname{{softplus}}\left({x}\right)",
        golden=[
            Golden([0], 0.6931471805599453, [0.5], MP),
            Golden([-40], 4.248354255291589e-18, [4.248354255291589e-18], MP),
        ],
    ),
    Op(
        "sigmoid(x)",
        "1/(1 + exp(-x)): squashes the real line onto (0, 1).",
        aliases=["σ"],
        # exp only ever sees a number below 0, so nothing overflows on either side.
        value="exp(min(x, 0))/(1 + exp(-abs(x)))",
        # sigmoid(-x), not 1 - out: beyond x = 37 the difference is 0 where the truth is not.
        partials={"x": "out*sigmoid(-x)"},
        textbook={"x": "out*(1 - out)"},
        latex=r"\sigma\left({x}\right)",
        golden=[
            Golden([0], 0.5, [0.25], "by hand"),
            Golden([1], 0.7310585786300049, [0.19661193324148185], MP),
            Golden([40], 1.0, [4.248354255291589e-18], MP),
        ],
    ),
    Op(
        "log_sigmoid(x)",
        "log(sigmoid(x)), without losing digits on either side.",
        aliases=["logsigmoid"],
        value="min(x, 0) - log1p(exp(-abs(x)))",
        partials={"x": "sigmoid(-x)"},
        textbook={"x": "1 - sigmoid(x)"},
        latex=r"\ln\sigma\left({x}\right)",
        golden=[Golden([0], -0.6931471805599453, [0.5], MP), Golden([-1000], -1000, [1], MP)],
    ),
)
