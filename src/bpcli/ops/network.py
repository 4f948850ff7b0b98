"""Activation functions of networks."""

from bpcli.ops.declaration import Golden, Kink, Op

MP = "mpmath, 50 digits"

OPERATIONS = (
    Op(
        "relu(x)",
        "x where it is positive, else 0: a valve.",
        zh="x 为正时是 x，否则是 0：像一个单向阀。",
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
        zh="x 为正时是 x，否则是 slope * x。",
        value="where(x > 0, x, slope*x)",
        partials={"x": "where(x > 0, 1, slope)", "slope": "x if x <= 0"},
        latex=r"\operatorname{{leaky\_relu}}\left({x}\right)",
        kinks=[Kink("x == 0 and slope != 1", "the slope on the left", "JAX returns 1")],
        golden=[Golden([-2, 0.01], -0.02, [0.01, -2], "by hand"), Golden([2, 0.01], 2, [1, 0], "by hand")],
    ),
    Op(
        "elu(x, alpha=1)",
        "x where it is positive, else alpha * (exp(x) - 1).",
        zh="x 为正时是 x，否则是 alpha * (exp(x) - 1)。",
        unfolded="where(x > 0, x, alpha*(exp(x) - 1))",
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
        zh="x 乘以标准正态随机数小于 x 的概率（精确形式）。",
        unfolded="x*(1 + erf(x/sqrt(2)))/2",
        value="x*(erfc(-x/sqrt(2))/2)",
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
        "x * sigmoid(x): x held back by its own gate.",
        zh="x * sigmoid(x)：放行多少由 x 自己的门决定。",
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
        zh="log(1 + exp(x))，平滑的 relu。",
        unfolded="log(1 + exp(x))",
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
        zh="1/(1 + exp(-x))：把整条数轴压到 (0, 1) 之间。",
        unfolded="1/(1 + exp(-x))",
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
        zh="log(sigmoid(x))，在两侧都不损失有效数字。",
        aliases=["logsigmoid"],
        value="min(x, 0) - log1p(exp(-abs(x)))",
        partials={"x": "sigmoid(-x)"},
        textbook={"x": "1 - sigmoid(x)"},
        latex=r"\ln\sigma\left({x}\right)",
        golden=[Golden([0], -0.6931471805599453, [0.5], MP), Golden([-1000], -1000, [1], MP)],
    ),
    Op(
        "selu(x)",
        "elu with two constants that keep mean 0 and variance 1 from layer to layer.",
        zh="带两个常数的 elu，使各层的均值保持为 0、方差保持为 1。",
        # The constants: Klambauer et al., Self-normalizing neural networks, 2017.
        value="1.0507009873554805*where(x > 0, x, 1.6732632423543772*expm1(min(x, 0)))",
        partials={"x": "1.0507009873554805*where(x > 0, 1, 1.6732632423543772*exp(where(x > 0, 0, x)))"},
        textbook={"x": "1.0507009873554805*where(x > 0, 1, 1.6732632423543772*exp(x))"},
        latex=r"\operatorname{{selu}}\left({x}\right)",
        kinks=[Kink("x == 0", "the slope on the left")],
        golden=[
            Golden([1], 1.0507009873554805, [1.0507009873554805], MP),
            Golden([-1], -1.1113307378125628, [0.6467686030348141], MP),
        ],
    ),
    Op(
        "gelu_tanh(x)",
        "gelu with tanh in place of the error function; off by at most 5e-4.",
        zh="用 tanh 代替误差函数的 gelu；误差不超过 5e-4。",
        # x*sigmoid(2*u) is x/2*(1 + tanh(u)) without the cancellation to the left.
        value="x*sigmoid(2*sqrt(2/pi)*(x + 0.044715*x^3))",
        # Beyond 100 the sigmoids are 0 and 1 to the last bit, and what they are multiplied by must not be infinite.
        partials={
            "x": "sigmoid(2*sqrt(2/pi)*(clip(x, -100, 100) + 0.044715*clip(x, -100, 100)^3))"
            "*(1 + clip(x, -100, 100)*sigmoid(-2*sqrt(2/pi)*(clip(x, -100, 100) + 0.044715*clip(x, -100, 100)^3))"
            "*2*sqrt(2/pi)*(1 + 0.134145*clip(x, -100, 100)^2))"
        },
        textbook={
            "x": "(1 + tanh(sqrt(2/pi)*(x + 0.044715*x^3)))/2"
            " + x/2*(1 - tanh(sqrt(2/pi)*(x + 0.044715*x^3))^2)*sqrt(2/pi)*(1 + 0.134145*x^2)"
        },
        latex=r"\operatorname{{gelu\_tanh}}\left({x}\right)",
        golden=[
            Golden([1], 0.8411919906082767, [1.0829640838457826], MP),
            Golden([-1], -0.1588080093917233, [-0.08296408384578255], MP),
        ],
    ),
    Op(
        "mish(x)",
        "x * tanh(softplus(x)): smooth, and slightly below 0 on the left.",
        zh="x * tanh(softplus(x))，平滑而左侧略低于 0。",
        value="x*tanh(softplus(x))",
        partials={"x": "tanh(softplus(x)) + x*sech(softplus(x))^2*sigmoid(x)"},
        textbook={"x": "tanh(softplus(x)) + x*(1 - tanh(softplus(x))^2)*sigmoid(x)"},
        latex=r"\operatorname{{mish}}\left({x}\right)",
        accuracy=8,
        golden=[
            Golden([1], 0.8650983882673103, [1.0490362200997922], MP),
            Golden([-50], -9.643749239819589e-21, [-9.450874255023197e-21], MP),
        ],
    ),
    Op(
        "softsign(x)",
        "x/(1 + |x|): squashes the real line onto (-1, 1), slowly.",
        zh="x/(1 + |x|)：把整条数轴缓慢地压到 (-1, 1) 之间。",
        value="where(abs(x) < 1e300, x/(1 + abs(x)), sign(x))",
        partials={"x": "(1/(1 + abs(x)))^2"},
        textbook={"x": "1/(1 + abs(x))^2"},
        latex=r"\operatorname{{softsign}}\left({x}\right)",
        # At 0 the slope is 1, but has a corner itself.
        smooth="x != 0",
        golden=[Golden([-3], -0.75, [0.0625], "by hand"), Golden([0], 0, [1], "by hand")],
    ),
    Op(
        "logit(x)",
        "log(x/(1 - x)), the inverse of sigmoid.",
        zh="log(x/(1 - x))，sigmoid 的反函数。",
        value="log(x) - log1p(-x)",
        partials={"x": "1/x/(1 - x)"},
        textbook={"x": "1/(x*(1 - x))"},
        latex=r"\operatorname{{logit}}\left({x}\right)",
        domain="0 < x and x < 1",
        golden=[
            Golden([0.25], -1.0986122886681098, [5.333333333333333], MP),
            Golden([0.9], 2.1972245773362196, [11.111111111111112], MP),
        ],
    ),
    Op(
        "hard_tanh(x)",
        "x held between -1 and 1.",
        zh="把 x 限制在 -1 与 1 之间。",
        aliases=["hardtanh"],
        value="min(max(x, -1), 1)",
        partials={"x": "1 if -1 < x and x < 1"},
        latex=r"\operatorname{{hard\_tanh}}\left({x}\right)",
        kinks=[Kink("x == -1 or x == 1", "slope 0", "JAX returns 1")],
        golden=[
            Golden([0.5], 0.5, [1], "by hand"),
            Golden([2], 1, [0], "by hand"),
            Golden([-2], -1, [0], "by hand"),
            Golden([1], 1, [0], "convention: 0 at the corners"),
        ],
    ),
    Op(
        "relu6(x)",
        "x held between 0 and 6.",
        zh="把 x 限制在 0 与 6 之间。",
        value="min(max(x, 0), 6)",
        partials={"x": "1 if 0 < x and x < 6"},
        latex=r"\operatorname{{relu6}}\left({x}\right)",
        kinks=[Kink("x == 0 or x == 6", "slope 0")],
        golden=[
            Golden([4], 4, [1], "by hand"),
            Golden([7], 6, [0], "by hand"),
            Golden([-1], 0, [0], "by hand"),
            Golden([6], 6, [0], "convention: 0 at the corners"),
        ],
    ),
    Op(
        "hard_sigmoid(x)",
        "relu6(x + 3)/6: sigmoid in straight lines.",
        zh="relu6(x + 3)/6：用折线代替的 sigmoid。",
        aliases=["hardsigmoid"],
        value="min(max(x + 3, 0), 6)/6",
        partials={"x": "1/6 if -3 < x and x < 3"},
        latex=r"\operatorname{{hard\_sigmoid}}\left({x}\right)",
        kinks=[Kink("x == -3 or x == 3", "slope 0")],
        golden=[
            Golden([1.5], 0.75, [1 / 6], "by hand"),
            Golden([4], 1, [0], "by hand"),
            Golden([-4], 0, [0], "by hand"),
            Golden([3], 1, [0], "convention: 0 at the corners"),
        ],
    ),
)
