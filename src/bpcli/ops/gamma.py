"""The gamma function, its logarithm, and the derivatives of that."""

from bpcli.ops.declaration import Golden, Op

MP = "mpmath, 50 digits"

OPERATIONS = (
    Op(
        "gamma(x)",
        "Gamma function: gamma(n + 1) is the factorial of n.",
        zh="伽马函数：gamma(n + 1) 是 n 的阶乘。",
        aliases=["Γ"],
        partials={"x": "out*digamma(x)"},
        latex=r"\Gamma\left({x}\right)",
        domain="x > 0 or x != floor(x)",
        # The slope, near its zeros.
        accuracy=20,
        golden=[Golden([5], 24, [36.146824042363214], MP), Golden([-1.5], 2.363271801207355, [1.6617502606685965], MP)],
    ),
    Op(
        "lgamma(x)",
        "Logarithm of the absolute value of the gamma function.",
        zh="伽马函数绝对值的对数。",
        aliases=["gammaln"],
        partials={"x": "digamma(x)"},
        latex=r"\ln\left|\Gamma\left({x}\right)\right|",
        domain="x > 0 or x != floor(x)",
        # Around the minimum at 1.46, where the value is -0.12.
        accuracy=32,
        golden=[
            Golden([10], 12.801827480081469, [2.251752589066721], MP),
            Golden([-1.5], 0.860047015376481, [0.7031566406452432], MP),
        ],
    ),
    Op(
        "digamma(x)",
        "Derivative of lgamma.",
        zh="lgamma 的导数。",
        aliases=["psi"],
        partials={"x": "polygamma(1, x)"},
        latex=r"\psi\left({x}\right)",
        domain="x > 0 or x != floor(x)",
        golden=[
            Golden([1], -0.5772156649015329, [1.6449340668482264], MP),
            Golden([-0.25], 2.9141391202135276, [18.541879647671607], MP),
        ],
    ),
    Op(
        "polygamma(n, x)",
        "The derivative of order n of digamma.",
        zh="digamma 的 n 阶导数。",
        note="left of 0 an even order passes through 0 between two poles; close to that place digits are lost",
        partials={"x": "polygamma(n + 1, x)"},
        latex=r"\psi^{{({n})}}\left({x}\right)",
        domain="n >= 0 and n == floor(n) and (x > 0 or x != floor(x))",
        golden=[
            Golden([1, 2], 0.6449340668482264, [float("nan"), -0.4041138063191886], MP),
            Golden([2, -1.75], -124.21382135423057, [float("nan"), 1558.3848404165494], MP),
        ],
    ),
)
