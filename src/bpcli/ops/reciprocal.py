"""Secant, cosecant, cotangent, their hyperbolic relatives, and the inverses of all of them."""

from bpcli.ops.declaration import Golden, Kink, Op

MP = "mpmath, 50 digits"

OPERATIONS = (
    Op(
        "sec(x)",
        "Secant, 1/cos(x).",
        value="1/cos(x)",
        partials={"x": "out*tan(x)"},
        latex=r"\sec\left({x}\right)",
        golden=[Golden([1], 1.8508157176809257, [2.8824746956289804], MP)],
    ),
    Op(
        "csc(x)",
        "Cosecant, 1/sin(x).",
        value="1/sin(x)",
        partials={"x": "-out/tan(x)"},
        textbook={"x": "-out*cot(x)"},
        latex=r"\csc\left({x}\right)",
        domain="x != 0",
        golden=[
            Golden([1], 1.1883951057781212, [-0.7630597222326295], MP),
            Golden([0], float("inf"), [float("-inf")], "by hand: the pole"),
        ],
    ),
    Op(
        "cot(x)",
        "Cotangent, cos(x)/sin(x).",
        value="1/tan(x)",
        partials={"x": "-(1/sin(x))^2"},
        textbook={"x": "-csc(x)^2"},
        latex=r"\cot\left({x}\right)",
        domain="x != 0",
        golden=[
            Golden([1], 0.6420926159343308, [-1.4122829274373918], MP),
            Golden([0], float("inf"), [float("-inf")], "by hand: the pole"),
        ],
    ),
    Op(
        "asec(x)",
        "Inverse secant, in [0, pi].",
        aliases=["arcsec"],
        # The tangent of the angle, not acos(1/x): the quotient loses half of the digits near x = 1.
        value="where(x > 0, atan(sqrt(abs(x) - 1)*sqrt(abs(x) + 1)), pi - atan(sqrt(abs(x) - 1)*sqrt(abs(x) + 1)))",
        partials={"x": "1/sqrt(abs(x) - 1)/sqrt(abs(x) + 1)/abs(x)"},
        textbook={"x": "1/(abs(x)*sqrt(x^2 - 1))"},
        latex=r"\operatorname{{arcsec}}\left({x}\right)",
        domain="x <= -1 or x >= 1",
        smooth="x < -1 or x > 1",
        golden=[
            Golden([2], 1.0471975511965979, [0.28867513459481287], MP),
            Golden([-2], 2.0943951023931957, [0.28867513459481287], MP),
        ],
    ),
    Op(
        "acsc(x)",
        "Inverse cosecant, in [-pi/2, pi/2].",
        aliases=["arccsc"],
        # The tangent of the angle, as for asec.
        value="sign(x)*atan(1/(sqrt(abs(x) - 1)*sqrt(abs(x) + 1)))",
        partials={"x": "-1/sqrt(abs(x) - 1)/sqrt(abs(x) + 1)/abs(x)"},
        textbook={"x": "-1/(abs(x)*sqrt(x^2 - 1))"},
        latex=r"\operatorname{{arccsc}}\left({x}\right)",
        domain="x <= -1 or x >= 1",
        smooth="x < -1 or x > 1",
        golden=[
            Golden([2], 0.5235987755982989, [-0.28867513459481287], MP),
            Golden([-1.5], -0.7297276562269663, [-0.5962847939999439], MP),
        ],
    ),
    Op(
        "acot(x)",
        "Inverse cotangent, atan(1/x), in (-pi/2, pi/2].",
        aliases=["arccot"],
        value="where(x == 0, pi/2, atan(1/x))",
        partials={"x": "-(1/hypot(1, x))^2"},
        textbook={"x": "-1/(1 + x^2)"},
        latex=r"\operatorname{{arccot}}\left({x}\right)",
        kinks=[Kink("x == 0", "the slope of both sides, between which the value jumps")],
        golden=[
            Golden([2], 0.4636476090008061, [-0.2], MP),
            Golden([-0.5], -1.1071487177940904, [-0.8], MP),
            Golden([0], 1.5707963267948966, [-1], "convention: pi/2 at 0"),
        ],
    ),
    Op(
        "csch(x)",
        "Hyperbolic cosecant, 1/sinh(x).",
        # Not 1/sinh(x), which is 0 from 711 on; the truth is a float up to 745.
        value="where(x == 0, 1/x, -2*sign(x)*exp(-abs(x))/expm1(-2*abs(x)))",
        partials={"x": "-out/tanh(x)"},
        textbook={"x": "-out*coth(x)"},
        latex=r"\operatorname{{csch}}\left({x}\right)",
        domain="x != 0",
        golden=[
            Golden([1], 0.8509181282393216, [-1.1172855274492741], MP),
            Golden([0], float("inf"), [float("-inf")], "by hand: the pole"),
        ],
    ),
    Op(
        "coth(x)",
        "Hyperbolic cotangent, cosh(x)/sinh(x).",
        value="1/tanh(x)",
        partials={"x": "-csch(x)^2"},
        latex=r"\coth\left({x}\right)",
        domain="x != 0",
        golden=[
            Golden([1], 1.3130352854993312, [-0.7240616609663104], MP),
            Golden([0], float("inf"), [float("-inf")], "by hand: the pole"),
        ],
    ),
    Op(
        "asech(x)",
        "Inverse hyperbolic secant.",
        aliases=["arcsech"],
        # Two terms above 0, so that nothing cancels near x = 1, and no quotient that would overflow.
        value="log1p(sqrt((1 - x)*(1 + x))) - log(x)",
        partials={"x": "-1/x/sqrt((1 - x)*(1 + x))"},
        textbook={"x": "-1/(x*sqrt(1 - x^2))"},
        latex=r"\operatorname{{arsech}}\left({x}\right)",
        domain="0 < x and x <= 1",
        smooth="0 < x and x < 1",
        golden=[Golden([0.5], 1.3169578969248168, [-2.309401076758503], MP)],
    ),
    Op(
        "acsch(x)",
        "Inverse hyperbolic cosecant.",
        aliases=["arccsch"],
        # Where 1/x overflows, by the logarithm.
        value="where(0 < abs(x) and abs(x) < 1e-300, sign(x)*(log(2) - log(abs(x))), asinh(1/x))",
        partials={"x": "-1/abs(x)/hypot(1, x)"},
        textbook={"x": "-1/(abs(x)*sqrt(1 + x^2))"},
        latex=r"\operatorname{{arcsch}}\left({x}\right)",
        domain="x != 0",
        golden=[
            Golden([2], 0.48121182505960347, [-0.22360679774997896], MP),
            Golden([0], float("inf"), [float("-inf")], "by hand: the pole"),
        ],
    ),
    Op(
        "acoth(x)",
        "Inverse hyperbolic cotangent.",
        aliases=["arccoth"],
        value="sign(x)*log1p(2/(abs(x) - 1))/2",
        partials={"x": "1/(1 - x)/(1 + x)"},
        textbook={"x": "1/(1 - x^2)"},
        latex=r"\operatorname{{arcoth}}\left({x}\right)",
        domain="x < -1 or x > 1",
        golden=[Golden([2], 0.5493061443340549, [-0.3333333333333333], MP)],
    ),
)
