"""Special functions of floats that `math` lacks, or has with exceptions at their poles.

Sources: DLMF 5.5, 5.11 and 5.15 (gamma functions), 2.10(i) (the formula of Euler and Maclaurin); Winitzki, A handy
approximation for the error function and its inverse, 2008, for the starting point of erfinv.
"""

from __future__ import annotations

import math

inf, nan = math.inf, math.nan

# The Bernoulli numbers B(2), B(4) ... B(20).
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
FAR = 12.0  # from here on the asymptotic series has all digits of a float
MOST_FACTORIAL = 170  # its factorial is the largest that is a float
START = 0.147  # the constant of Winitzki's formula


def whole(x: float) -> bool:
    """Whether a finite number is an integer."""
    return x == math.floor(x)


def gamma(x: float) -> float:
    """The gamma function: infinite at 0 with the sign of that zero, nan at the other poles -1, -2 ..."""
    return math.gamma(x) if x else math.copysign(inf, x)


def lgamma(x: float) -> float:
    """The logarithm of |gamma(x)|: infinite at 0, -1, -2 ... and at both infinities."""
    if x <= 0 and (x == -inf or whole(x)):
        return inf
    return math.lgamma(x)


def digamma(x: float) -> float:
    """The logarithmic derivative of the gamma function: infinite at 0 with a sign, nan at its poles -1, -2 ..."""
    if x == 0:
        return -math.copysign(inf, x)
    if x < 0:
        if x == -inf or whole(x):
            return nan
        # Reflection, DLMF 5.5.4. Whole periods are taken out first: the difference is exact.
        return digamma(1 - x) - math.pi / math.tan(math.pi * (x - round(x)))
    if x == inf or x != x:
        return x
    steps = []
    while x < FAR:
        steps.append(-1 / x)
        x += 1
    # DLMF 5.11.2
    square = 1 / x / x
    tail = 0.0
    for k in range(len(BERNOULLI), 0, -1):
        tail = (tail + BERNOULLI[k - 1] / (2 * k)) * square
    return math.fsum([*steps, math.log(x), -0.5 / x, -tail])


def polygamma(n: float, x: float) -> float:
    """The derivative of order n of digamma: (-1)^(n+1) n! times the sum of 1/(x + k)^(n+1), k = 0, 1, 2 ...

    Infinite at the pole 0, and at the others where it has the same sign on both sides, which is for odd n.
    """
    if n == 0:
        return digamma(x)
    if n != n or x != x or n < 0 or n == inf or not whole(n) or x == -inf:
        return nan
    if x == inf:
        return 0.0
    odd = n % 2 == 1
    sign = 1.0 if odd else -1.0
    if x <= 0 and whole(x):
        return inf if odd else nan if x else -math.copysign(inf, x)
    if x > 0:
        return sign * scaled_sum(n, x)
    nearest = round(x)
    rest = x - nearest
    if not odd and abs(rest) > 0.4 and n <= MOST_FACTORIAL:
        # Reflection, DLMF 5.15.6: half way between two poles their terms cancel, and this has none of them.
        cotangent = math.tan(math.pi * (math.copysign(0.5, rest) - rest))
        return -scaled_sum(n, 1 - x) - math.factorial(int(n)) * slope_of_cotangent(int(n), cotangent)
    # Terms to the right of the smallest one, that one, and the finitely many to the left of it.
    smallest = scaled_term(n, abs(rest)) * (1.0 if odd or rest > 0 else -1.0)
    if math.isinf(smallest):
        return sign * smallest  # it decides, though others may overflow too
    total = scaled_sum(n, 1 + rest) + smallest
    if nearest < 0:
        left = scaled_sum(n, 1 - rest) - scaled_sum(n, 1 - rest - nearest)
        total += left if odd else -left
    return sign * total


def slope_of_cotangent(n: int, c: float) -> float:
    """pi^(n+1)/n! times the derivative of even order n of cot, where cot is c: a polynomial, all of one sign.

    cot' = -(1 + cot^2), so that of a polynomial p(c) comes -(1 + c^2)*p'(c).
    """
    coefficients = _cotangents.get(n)
    if coefficients is None:
        powers = [0, 1]
        for _ in range(n):
            slopes = [place * each for place, each in enumerate(powers)][1:]
            powers = [-low - high for low, high in zip([*slopes, 0, 0], [0, 0, *slopes], strict=True)]
        coefficients = _cotangents[n] = [each / math.factorial(n) for each in powers]
    total = 0.0
    for each in reversed(coefficients):
        total = total * c + each
    return total * math.pi ** (n + 1)


_cotangents: dict[int, list[float]] = {}


def scaled_term(n: float, x: float) -> float:
    """n! / x^(n+1); infinite where it overflows."""
    if n > MOST_FACTORIAL:
        # The rounding of the exponent is that many eps of the result.
        exponent = math.lgamma(n + 1) - (n + 1) * math.log(x)
        return math.exp(exponent) if exponent < 709 else inf
    mantissa, power = math.frexp(x)
    factorial, more = math.frexp(math.factorial(int(n)))
    try:
        return math.ldexp(factorial * math.pow(mantissa, -n - 1), more - power * int(n + 1))
    except OverflowError:
        return inf


def scaled_sum(n: float, x: float) -> float:
    """The sum of n! / (x + k)^(n+1) over k = 0, 1, 2 ... for x > 0: Euler and Maclaurin, from where it is smooth."""
    s = n + 1
    terms = []
    k = 0
    while x + k < FAR + s:
        terms.append(math.exp(-s * math.log1p(k / x)))
        if terms[-1] < 1e-20:
            return scaled_term(n, x) * math.fsum(terms)  # what is left falls at least as fast as 2^-k
        k += 1
    at = x + k
    last = math.exp(-s * math.log1p(k / x))
    terms += [last * at / n, last / 2]
    factor = last * s / at
    for k, bernoulli in enumerate(BERNOULLI, 1):
        terms.append(bernoulli * factor / math.factorial(2 * k))
        factor *= (s + 2 * k - 1) / at * ((s + 2 * k) / at)
    # n!/x^(n+1) may underflow where the sum, which is like (n-1)!/x^n, does not.
    return scaled_term(n - 1, x) * (n / x * math.fsum(terms))


def erfinv(x: float) -> float:
    """The y with erf(y) = x; infinite at -1 and 1, nan beyond."""
    size = abs(x)
    if not size < 1:
        return math.copysign(inf, x) if size == 1 else nan
    if size < 1e-9:
        return x * (math.sqrt(math.pi) / 2)  # the next term of the series is 1e-19 of this one
    logarithm = math.log1p(-size) + math.log1p(size)
    middle = 2 / (math.pi * START) + logarithm / 2
    y = math.sqrt(math.sqrt(middle * middle - logarithm / START) - middle)
    # Halley's steps, which treble the number of right digits; the error is taken on the side where nothing cancels.
    for _ in range(3):
        error = math.erf(y) - size if size < 0.5 else (1 - size) - math.erfc(y)
        step = error / (2 / math.sqrt(math.pi) * math.exp(-y * y))
        y -= step / (1 + y * step)
    return math.copysign(y, x)
