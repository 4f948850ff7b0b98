"""Sine, cosine, tangent and their inverses; angles in radians."""

from bpcli.ops.declaration import Golden, Kink, Op

MP = "mpmath, 50 digits"

OPERATIONS = (
    Op(
        "sin(x)",
        "Sine of an angle in radians.",
        zh="正弦，角的单位是弧度。",
        partials={"x": "cos(x)"},
        latex=r"\sin\left({x}\right)",
        golden=[Golden([0], 0, [1], "by hand"), Golden([1], 0.8414709848078965, [0.5403023058681398], MP)],
    ),
    Op(
        "cos(x)",
        "Cosine of an angle in radians.",
        zh="余弦，角的单位是弧度。",
        partials={"x": "-sin(x)"},
        latex=r"\cos\left({x}\right)",
        golden=[Golden([0], 1, [0], "by hand"), Golden([1], 0.5403023058681398, [-0.8414709848078965], MP)],
    ),
    Op(
        "tan(x)",
        "Tangent of an angle in radians.",
        zh="正切，角的单位是弧度。",
        unfolded="sin(x)/cos(x)",
        partials={"x": "1 + out^2"},
        latex=r"\tan\left({x}\right)",
        golden=[Golden([1], 1.5574077246549023, [3.425518820814759], MP)],
    ),
    Op(
        "asin(x)",
        "Inverse sine, in [-pi/2, pi/2].",
        zh="反正弦，在 [-pi/2, pi/2] 之间。",
        aliases=["arcsin"],
        # (1 - x)*(1 + x), not 1 - x^2: no digits are lost near x = 1.
        partials={"x": "1/sqrt((1 - x)*(1 + x))"},
        textbook={"x": "1/sqrt(1 - x^2)"},
        latex=r"\arcsin\left({x}\right)",
        domain="-1 <= x and x <= 1",
        smooth="-1 < x and x < 1",
        golden=[Golden([0.5], 0.5235987755982989, [1.1547005383792515], MP)],
    ),
    Op(
        "acos(x)",
        "Inverse cosine, in [0, pi].",
        zh="反余弦，在 [0, pi] 之间。",
        aliases=["arccos"],
        partials={"x": "-1/sqrt((1 - x)*(1 + x))"},
        textbook={"x": "-1/sqrt(1 - x^2)"},
        latex=r"\arccos\left({x}\right)",
        domain="-1 <= x and x <= 1",
        smooth="-1 < x and x < 1",
        golden=[Golden([0.5], 1.0471975511965979, [-1.1547005383792515], MP)],
    ),
    Op(
        "atan(x)",
        "Inverse tangent, in (-pi/2, pi/2).",
        zh="反正切，在 (-pi/2, pi/2) 之间。",
        aliases=["arctan"],
        # The square of 1/hypot, not 1/(1 + x^2): x^2 overflows long before the slope underflows.
        partials={"x": "(1/hypot(1, x))^2"},
        textbook={"x": "1/(1 + x^2)"},
        latex=r"\arctan\left({x}\right)",
        golden=[Golden([1], 0.7853981633974483, [0.5], MP)],
    ),
    Op(
        "atan2(y, x)",
        "Angle of the point (x, y), in [-pi, pi].",
        zh="点 (x, y) 的方位角，在 [-pi, pi] 之间。",
        aliases=["arctan2"],
        partials={
            "y": "x/hypot(x, y)/hypot(x, y) if x != 0 or y != 0",
            "x": "-y/hypot(x, y)/hypot(x, y) if x != 0 or y != 0",
        },
        textbook={"y": "x/(x^2 + y^2)", "x": "-y/(x^2 + y^2)"},
        latex=r"\operatorname{{atan2}}\left({y}, {x}\right)",
        # To the left of the origin the angle jumps from -pi to pi; its slopes are the same on both sides.
        smooth="y != 0 or x > 0",
        kinks=[Kink("x == 0 and y == 0", "slope 0", "JAX returns nan")],
        golden=[
            Golden([1, -1], 2.356194490192345, [-0.5, -0.5], "3 pi/4, mpmath, 50 digits; slopes by hand"),
            Golden([0, 0], 0, [0, 0], "convention: 0 at the origin"),
        ],
    ),
)
