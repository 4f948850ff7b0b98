"use strict";
/* How a number is written, as in numbers.py: what is printed is true as printed. */

const MOST_DIGITS = 10; // as far as a row is widened so that what it prints is true

/* The number with so many significant digits that is next to a value; of two, the one whose last digit is even. */
function nearest(value, digits) {
  const [long, exponent] = value.toExponential(digits + 40).split("e"); // enough to tell a half from what is near it
  const kept = digits + (digits > 1 ? 1 : 0) + (value < 0 ? 1 : 0), rest = long.slice(kept).replace(".", "");
  const even = Number(long[kept - 1]) % 2 === 0;
  return even && /^50*$/.test(rest) ? Number(`${long.slice(0, kept)}e${exponent}`) : value;
}

/* Whole numbers whole, others to so many significant digits, -0 as 0. */
function show(value, digits) {
  if (value !== value) return "nan";
  if (Math.abs(value) === Infinity) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  if (value === Math.trunc(value) && Math.abs(value) < 1e15) return String(value);
  const written = nearest(value, digits), [mantissa, power] = written.toExponential(digits - 1).split("e");
  const closing = (text) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) return `${closing(mantissa)}e${exponent}`;
  return closing(written.toPrecision(digits));
}

/* A decimal text as [whole number, power of ten]. */
function decimal(text) {
  const [mantissa, exponent] = text.split("e"), [whole, places = ""] = mantissa.split(".");
  return [BigInt(whole + places), (exponent ? Number(exponent) : 0) - places.length];
}

/* Two decimals with the same power of ten. */
function aligned([a, p], [b, q]) {
  const least = Math.min(p, q);
  return [a*10n**BigInt(p - least), b*10n**BigInt(q - least), least];
}

const times = ([a, p], [b, q]) => [a*b, p + q];
const minus = ([a, p]) => [-a, p];
const size = ([a, p]) => [a < 0n ? -a : a, p];

function plus(one, other) {
  const [a, b, power] = aligned(one, other);
  return [a + b, power];
}

/* Whether the printed operands give the printed result, to half a unit of its last digit; exactly where it is whole.

   loose: an operand stands for more digits than are printed */
function gives(sign, operands, result, loose) {
  const [left, right] = operands.map(decimal), printed = decimal(result);
  let half = /[.e]/.test(result) ? [5n, printed[1] - 1] : [0n, 0], total = left, target = printed;
  if (sign === "/") { // left = printed * right
    if (right[0] === 0n) return false;
    target = times(printed, right);
    half = times(half, size(right));
  } else total = sign === "*" ? times(left, right) : plus(left, sign === "-" ? minus(right) : right);
  if (loose) half = plus(half, times(size(total), [1n, -15]));
  const [gap, bound] = aligned(size(plus(total, minus(target))), half);
  return gap <= bound;
}

/* Digits are raised until what is printed is true; where even the most are not enough the sign is ≈.

   fixed: marks operands that are printed otherwise, as 1/3, and so stand for all their digits */
function told(sign, operands, result, digits, fixed = []) {
  const shown = (more) => operands.map((operand) => show(operand, more));
  if (![...operands, result].every(Number.isFinite)) return [shown(digits), "=", show(result, digits)];
  const loose = fixed.some(Boolean);
  for (let more = digits; more <= Math.max(digits, MOST_DIGITS); more++) {
    const texts = shown(more), total = show(result, more);
    const meant = texts.map((text, place) => (fixed[place] ? plain(operands[place]) : text));
    if (gives(sign, meant, total, loose)) return [texts, "=", total];
  }
  return [shown(digits), "≈", show(result, digits)];
}

/* All digits of a number. */
const plain = (value) => show(value, 17);

/* A step that is no arithmetic: true where the printed operands give the printed value. */
function toldCall(op, known, operands, value, digits, fixed, rules) {
  const shown = operands.map((operand) => show(operand, digits));
  if (!known) {
    const exact = shown.every((text, place) => Number(text) === operands[place]);
    return [shown, exact ? "=" : "≈", show(value, digits)];
  }
  for (let more = digits; more <= Math.max(digits, MOST_DIGITS); more++) {
    const texts = operands.map((operand) => show(operand, more));
    const meant = texts.map((text, place) => (fixed[place] ? operands[place] : number(text)));
    if (show(applied(op, meant, rules), more) === show(value, more)) return [texts, "=", show(value, more)];
  }
  return [shown, "≈", show(value, digits)];
}

/* The number that a shown text means. */
function number(text) {
  return text.endsWith("inf") ? (text.startsWith("-") ? -Infinity : Infinity) : Number(text);
}
