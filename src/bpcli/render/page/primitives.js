"use strict";
/* The primitives: how a page spells what every operation is made of, with the policy of the engine at the
   corners: poles give a signed infinity, what is outside a domain gives NaN, max and min pass NaN on and have no -0,
   halves round to even, mod has the sign of the divisor, and whatever is not 0 is true, NaN too.

   Sources: DLMF 5.5, 5.7, 5.11 and 5.15 (gamma functions), 2.10(i) (the formula of Euler and Maclaurin); Winitzki, A
   handy approximation for the error function and its inverse, 2008. The coefficients of erf and erfc are those of
   engine/error_function.py. */

const BERNOULLI = [1/6, -1/30, 1/42, -1/30, 5/66, -691/2730, 7/6, -3617/510, 43867/798, -174611/330];
const SMOOTH_FROM = 12; // from here on the asymptotic series have all digits of a double
const START = 0.147;    // the constant of Winitzki's formula

// Coefficients of powers of x^2 for erf(x)/x with x^2 in [0, 1/4].
const SMALL = [
  1.1283791670955126, -0.3761263890318375, 0.1128379167095487, -0.02686617064499972, 0.0052239776220169365,
  -0.0008548326510724796, 0.00012055286202005714, -1.4923003368152099e-05, 1.637123442577e-06,
  -1.462091340945175e-07,
];

// Coefficients of powers of t = (x - 4)/(x + 4) for erfc(x) exp(x^2) (1 + 2x) with x >= 0.
const TAIL = [
  1.2329951186255526, -0.13962111684056228, 0.015379652102619974, 0.06809705425466839, -0.10103906603631811,
  0.09373283499911264, -0.06633036581186058, 0.037167515526338006, -0.01619773406293477, 0.005031970069102256,
  -0.0007577732435942576, -0.0001992571524726518, 0.00015062142608651945, -2.4397731143023292e-05,
  -1.1221135665965907e-05, 5.70657829924074e-06, 2.9173425573089733e-07, -8.210647933297337e-07,
  7.771943241086912e-08, 1.0631817593818149e-07, -2.0725802488181963e-08, -1.2338731403798444e-08,
  3.2323973445082033e-09, 9.297625263709659e-10, -2.764120233734578e-10,
];

const horner = (coefficients, x) => coefficients.reduceRight((sum, each) => sum*x + each, 0);
const isTrue = (x) => x !== 0;
const truth = (x) => (x ? 1 : 0);
const withSign = (size, x) => (x < 0 || Object.is(x, -0) ? -Math.abs(size) : Math.abs(size));
const isWhole = (x) => x === Math.floor(x);

/* The sum of numbers, without what rounding on the way would lose (Neumaier). */
function carefulSum(terms) {
  let total = 0, lost = 0;
  for (const term of terms) {
    const next = total + term;
    lost += Math.abs(total) >= Math.abs(term) ? (total - next) + term : (term - next) + total;
    total = next;
  }
  return total + lost;
}

/* The nearest whole number; of two the even one. */
function round(x) {
  if (!(Math.abs(x) < 4503599627370496)) return x;
  const below = Math.floor(x), rest = x - below;
  const whole = rest < 0.5 ? below : rest > 0.5 ? below + 1 : below % 2 === 0 ? below : below + 1;
  return whole === 0 ? withSign(0, x) : whole;
}

/* sin(pi x), with whole periods taken out first: the difference is exact. */
function sineOfTurns(x) {
  const nearest = round(x), sine = Math.sin(Math.PI*(x - nearest));
  return nearest % 2 === 0 ? sine : -sine;
}

function pow(x, y) {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return Math.pow(x, y);
}

function mod(x, y) {
  if (y === 0) return NaN;
  const rest = x % y;
  if (rest === 0) return withSign(0, y);
  return (rest < 0) !== (y < 0) ? rest + y : rest;
}

/* A logarithm that is whole at whole powers of its base. */
const exactLog = (logarithm, base) => (x) => {
  const value = logarithm(x), nearest = Math.round(value);
  return Math.pow(base, nearest) === x ? nearest : value;
};

/* erfc(x) for x >= 0. The exponential makes a large error of a small one: the square of the upper half of the digits
   is exact, and what is left is small. */
function erfcTail(x) {
  if (x > 28) return 0;
  const smooth = horner(TAIL, (x - 4)/(x + 4))/(1 + 2*x);
  const upper = Math.round(x*67108864)/67108864, rest = (x - upper)*(x + upper);
  return smooth*Math.exp(-upper*upper)*Math.exp(-rest);
}

function erf(x) {
  if (Math.abs(x) < 0.5) return x*horner(SMALL, x*x);
  return x !== x ? x : withSign(1 - erfcTail(Math.abs(x)), x);
}

function erfc(x) {
  if (x !== x) return x;
  return x < 0 ? 2 - erfcTail(-x) : erfcTail(x);
}

/* The y with erf(y) = x; infinite at -1 and 1, NaN beyond. */
function erfinv(x) {
  const size = Math.abs(x);
  if (!(size < 1)) return size === 1 ? withSign(Infinity, x) : NaN;
  if (size < 1e-9) return x*(Math.sqrt(Math.PI)/2); // the next term of the series is 1e-19 of this one
  const logarithm = Math.log1p(-size) + Math.log1p(size), middle = 2/(Math.PI*START) + logarithm/2;
  let y = Math.sqrt(Math.sqrt(middle*middle - logarithm/START) - middle);
  // Halley's steps; the error is taken on the side where nothing cancels.
  for (let turn = 0; turn < 3; turn++) {
    const error = size < 0.5 ? erf(y) - size : (1 - size) - erfc(y);
    const step = error/(2/Math.sqrt(Math.PI)*Math.exp(-y*y));
    y -= step/(1 + y*step);
  }
  return withSign(y, x);
}

/* What Stirling's formula has beside its main term, DLMF 5.11.1: B(2k)/(2k (2k - 1) x^(2k - 1)). */
function stirlingRest(x) {
  const square = 1/x/x;
  let sum = 0;
  for (let k = BERNOULLI.length; k > 0; k--) sum = sum*square + BERNOULLI[k - 1]/(2*k*(2*k - 1));
  return sum/x;
}

/* gamma(x) for x >= 12 as two factors, neither of which overflows before it has to. */
function stirling(x) {
  const half = pow(x, x/2 - 0.25); // this exponent is exact
  return [half*Math.exp(-x + 12)*Math.sqrt(2*Math.PI)*Math.exp(stirlingRest(x)), half*Math.exp(-12)];
}

function gamma(x) {
  if (x === 0) return withSign(Infinity, x);
  if (x === Infinity || x !== x) return x;
  if (x < 0 && (x === -Infinity || isWhole(x))) return NaN;
  if (x > 180) return Infinity;
  if (isWhole(x) && x < 24) {
    let product = 1;
    for (let k = 2; k < x; k++) product *= k;
    return product;
  }
  if (x < -0.5) { // reflection, DLMF 5.5.3
    if (x < -190) return sineOfTurns(x) < 0 ? -0 : 0;
    const [first, second] = 1 - x < SMOOTH_FROM ? [gamma(1 - x), 1] : stirling(1 - x);
    return Math.PI/sineOfTurns(x)/first/second;
  }
  if (x >= SMOOTH_FROM) {
    const [first, second] = stirling(x);
    return first*second;
  }
  let product = 1;
  const steps = Math.ceil(SMOOTH_FROM - x);
  for (let k = 0; k < steps; k++) product *= x + k;
  const at = x + steps, lost = (x - (at - steps)); // what rounding took from x + steps
  const [first, second] = stirling(at);
  return first*second*(1 + lost*Math.log(at))/product;
}

/* zeta(k) - 1 for k = 2, 3 ...: for the series of lgamma around 1 and 2, DLMF 5.7.3. */
const ZETA = Array.from({ length: 40 }, (_, place) => {
  const k = place + 2, terms = [];
  for (let n = 2; n < SMOOTH_FROM; n++) terms.push(Math.pow(n, -k));
  const last = Math.pow(SMOOTH_FROM, -k);
  terms.push(last*SMOOTH_FROM/(k - 1), last/2);
  let factor = last*k/SMOOTH_FROM, factorial = 2;
  BERNOULLI.forEach((bernoulli, index) => {
    const j = index + 1;
    terms.push(bernoulli*factor/factorial);
    factor *= (k + 2*j - 1)/SMOOTH_FROM*((k + 2*j)/SMOOTH_FROM);
    factorial *= (2*j + 1)*(2*j + 2);
  });
  return carefulSum(terms.reverse());
});

/* lgamma(2 + d) for small d. */
function lgammaNearTwo(d) {
  let sum = 0;
  for (let place = ZETA.length - 1; place >= 0; place--) {
    sum = sum*-d + ZETA[place]/(place + 2);
  }
  return sum*d*d + d*(1 - 0.5772156649015329);
}

function lgamma(x) {
  if (x <= 0 && (x === -Infinity || isWhole(x))) return Infinity;
  if (x === Infinity || x !== x) return x;
  if (x < 0) {
    if (x > -1e-20) return -Math.log(-x);
    return Math.log(Math.PI/Math.abs(sineOfTurns(x))) - lgamma(1 - x);
  }
  if (x < 1e-20) return -Math.log(x);
  if (Math.abs(x - 1) < 0.35) return lgammaNearTwo(x - 1) - Math.log1p(x - 1);
  if (Math.abs(x - 2) < 0.5) return lgammaNearTwo(x - 2);
  if (x < SMOOTH_FROM) return Math.log(gamma(x));
  return (x - 0.5)*(Math.log(x) - 1) + (0.9189385332046727 - 0.5 + stirlingRest(x)); // ln(2 pi)/2
}

function digamma(x) {
  if (x === 0) return -withSign(Infinity, x);
  if (x < 0) {
    if (x === -Infinity || isWhole(x)) return NaN;
    return digamma(1 - x) - Math.PI/Math.tan(Math.PI*(x - round(x))); // reflection, DLMF 5.5.4
  }
  if (x === Infinity || x !== x) return x;
  const steps = [];
  while (x < SMOOTH_FROM) {
    steps.push(-1/x);
    x += 1;
  }
  const square = 1/x/x;
  let tail = 0;
  for (let k = BERNOULLI.length; k > 0; k--) tail = (tail + BERNOULLI[k - 1]/(2*k))*square; // DLMF 5.11.2
  return carefulSum([...steps, Math.log(x), -0.5/x, -tail]);
}

/* n!/x^(n+1); infinite where it overflows. */
function scaledTerm(n, x) {
  if (n > 170) {
    const exponent = lgamma(n + 1) - (n + 1)*Math.log(x);
    return exponent < 709 ? Math.exp(exponent) : Infinity;
  }
  const half = Math.pow(x, -(n + 1)/2);
  return gamma(n + 1)*half*half;
}

/* The sum of n!/(x + k)^(n+1) over k = 0, 1, 2 ... for x > 0: Euler and Maclaurin, from where it is smooth. */
function scaledSum(n, x) {
  const s = n + 1, terms = [];
  let k = 0;
  for (; x + k < SMOOTH_FROM + s; k++) {
    terms.push(Math.exp(-s*Math.log1p(k/x)));
    if (terms[k] < 1e-20) return scaledTerm(n, x)*carefulSum(terms);
  }
  const at = x + k, last = Math.exp(-s*Math.log1p(k/x));
  terms.push(last*at/n, last/2);
  let factor = last*s/at, factorial = 2;
  BERNOULLI.forEach((bernoulli, index) => {
    const j = index + 1;
    terms.push(bernoulli*factor/factorial);
    factor *= (s + 2*j - 1)/at*((s + 2*j)/at);
    factorial *= (2*j + 1)*(2*j + 2);
  });
  return scaledTerm(n - 1, x)*(n/x*carefulSum(terms));
}

/* pi^(n+1)/n! times the derivative of even order n of cot, where cot is c: a polynomial, all of one sign. */
function slopeOfCotangent(n, c) {
  let powers = [0, 1];
  for (let k = 1; k <= n; k++) {
    const next = new Array(powers.length + 1).fill(0);
    powers.forEach((each, place) => {
      if (!place) return;
      next[place - 1] -= place*each/k;
      next[place + 1] -= place*each/k;
    });
    powers = next;
  }
  return powers.reduceRight((total, each) => total*c + each, 0)*Math.PI**(n + 1);
}

/* The derivative of order n of digamma: infinite at the pole 0, at the others where it has one sign on both sides. */
function polygamma(n, x) {
  if (n === 0) return digamma(x);
  if (n !== n || x !== x || n < 0 || n === Infinity || !isWhole(n) || x === -Infinity) return NaN;
  if (x === Infinity) return 0;
  const odd = n % 2 === 1, sign = odd ? 1 : -1;
  if (x <= 0 && isWhole(x)) return odd ? Infinity : x !== 0 ? NaN : -withSign(Infinity, x);
  if (x > 0) return sign*scaledSum(n, x);
  const nearest = round(x), rest = x - nearest;
  if (!odd && Math.abs(rest) > 0.4 && n <= 170) {
    // Reflection: half way between two poles their terms cancel, and this has none of them.
    const cotangent = Math.tan(Math.PI*(withSign(0.5, rest) - rest));
    let factorial = 1;
    for (let k = 2; k <= n; k++) factorial *= k;
    return -scaledSum(n, 1 - x) - factorial*slopeOfCotangent(n, cotangent);
  }
  // Terms to the right of the smallest one, that one, and the finitely many to the left of it.
  const smallest = scaledTerm(n, Math.abs(rest))*(odd || rest > 0 ? 1 : -1);
  if (Math.abs(smallest) === Infinity) return sign*smallest;
  let total = scaledSum(n, 1 + rest) + smallest;
  if (nearest < 0) {
    const left = scaledSum(n, 1 - rest) - scaledSum(n, 1 - rest - nearest);
    total += odd ? left : -left;
  }
  return sign*total;
}

const PRIMITIVES = {
  "add": (x, y) => x + y,
  "sub": (x, y) => x - y,
  "mul": (x, y) => x*y,
  "div": (x, y) => x/y,
  "neg": (x) => -x,
  "same": (x) => x,
  "detach": (x) => x,
  "pow": pow,
  "powc": pow,
  "mod": mod,
  "hypot": Math.hypot,
  "exp": Math.exp,
  "exp2": (x) => Math.pow(2, x),
  "expm1": Math.expm1,
  "log": Math.log,
  "log2": exactLog(Math.log2, 2),
  "log10": exactLog(Math.log10, 10),
  "log1p": Math.log1p,
  "sqrt": Math.sqrt,
  "cbrt": Math.cbrt,
  "erf": erf,
  "erfc": erfc,
  "erfinv": erfinv,
  "gamma": gamma,
  "lgamma": lgamma,
  "digamma": digamma,
  "polygamma": polygamma,
  "sin": Math.sin,
  "cos": Math.cos,
  "tan": Math.tan,
  "asin": Math.asin,
  "acos": Math.acos,
  "atan": Math.atan,
  "atan2": Math.atan2,
  "sinh": Math.sinh,
  "cosh": Math.cosh,
  "tanh": Math.tanh,
  "asinh": Math.asinh,
  "acosh": Math.acosh,
  "atanh": Math.atanh,
  "abs": Math.abs,
  "sign": (x) => (x > 0 ? 1 : x < 0 ? -1 : x + 0),
  "floor": Math.floor,
  "ceil": Math.ceil,
  "round": round,
  "max": (...values) => Math.max(...values) + 0,
  "min": (...values) => Math.min(...values) + 0,
  "where": (c, a, b) => (isTrue(c) ? a : b),
  "lt": (x, y) => truth(x < y),
  "le": (x, y) => truth(x <= y),
  "gt": (x, y) => truth(x > y),
  "ge": (x, y) => truth(x >= y),
  "eq": (x, y) => truth(x === y),
  "ne": (x, y) => truth(x !== y),
  "and": (x, y) => truth(isTrue(x) && isTrue(y)),
  "or": (x, y) => truth(isTrue(x) || isTrue(y)),
  "not": (x) => truth(!isTrue(x)),
};
