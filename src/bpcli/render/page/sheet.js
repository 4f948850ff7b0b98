"use strict";
// The boxes of a worksheet are held against its answers, here in the page: nothing is sent.

const SHEET = JSON.parse(document.getElementById("sheet").textContent);
const BOXES = [...document.querySelectorAll("input[data-blank]")];

// A number as a person types it: 2.5, 2,5, -3, 1/3, with signs as Chinese keyboards have them; null where it is none.
function typed(text) {
  const plain = text.normalize("NFKC").replace(/[−–]/g, "-").replace(/[。]/g, ".").replace(/\s/g, "").replace(/^\+/, "");
  if (/^-?(inf|nan)$/i.test(plain)) return { value: Number(plain.toLowerCase().replace("inf", "Infinity")), step: 0, figures: 0 };
  const [above, below, more] = plain.split("/");
  const parts = (below === undefined ? [above] : [above, below]).map((part) => part.replace(",", "."));
  if (more !== undefined || !parts.every((part) => /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(part))) return null;
  if (below !== undefined) return { value: Number(parts[0]) / Number(parts[1]), step: 0, figures: 0 };
  const [mantissa, power] = parts[0].toLowerCase().split("e");
  const decimals = (mantissa.split(".")[1] || "").length;
  const figures = mantissa.replace(/[-.]/g, "").replace(/^0+/, "").length;
  return { value: Number(parts[0]), step: 10 ** (Number(power || 0) - decimals), figures };
}

// Right is the number itself, or what it is when rounded to the digits typed, if these are two or more. From three on
// the last may be off by one, for who goes on with rounded numbers; a number that has no more digits is meant as it is.
function fits(found, answer) {
  if (Object.is(found.value, answer) || found.value === answer) return true;
  if (!Number.isFinite(answer)) return false;
  const gap = Math.abs(found.value - answer);
  const near = 1e-9 * Math.abs(answer);
  if (gap <= near) return true;
  const parts = Math.abs(answer) / found.step, short = Math.abs(parts - Math.round(parts)) <= 1e-9 * parts;
  if (short || found.figures < 2) return false;
  return gap <= (found.figures > 2 ? found.step : found.step / 2) + near;
}

// The sizes of an array along its axes; none of a number.
function sizes(answer) {
  return Array.isArray(answer) ? [answer.length, ...sizes(answer[0])] : [];
}

// The rows of an array as a person types it: [1, 2], 1 2, [[1, 2], [3, 4]], 1, 2; 3, 4. Commas part entries, or are
// those of decimals: 0,5 1,2.
function typedRows(text, between) {
  const plain = text.normalize("NFKC").replace(/[−–]/g, "-").replace(/[、]/g, ",").replace(/[【〔]/g, "[").replace(/[】〕]/g, "]");
  const joined = plain.replace(/\s*\/\s*/g, "/").replace(/-\s+/g, "-");
  const rows = joined.replace(/[\])]+\s*,?\s*[[(]+/g, ";").replace(/[[\]()]/g, " ").split(";").filter((row) => row.trim());
  return rows.map((row) => row.split(between).filter(Boolean).map(typed));
}

// An array is right where it has the rows of the answer, and each entry is right. A vector may be typed as a column.
function fitsArray(text, answer) {
  const shape = sizes(answer), numbers = answer.flat(Infinity).map(Number);
  const long = shape[shape.length - 1], count = numbers.length / long;
  return [/[,\s]+/, /\s+/].some((between) => {
    const rows = typedRows(text, between);
    const rowed = rows.length === count && rows.every((row) => row.length === long);
    const column = shape.length === 1 && rows.length === long && rows.every((row) => row.length === 1);
    return (rowed || column) && rows.flat().every((found, place) => found !== null && fits(found, numbers[place]));
  });
}

function mark(box, state) {
  const sign = box.nextElementSibling;
  box.classList.remove("right", "wrong");
  sign.className = `mark ${state}`;
  sign.textContent = { right: "✓", wrong: "✗", "": "" }[state];
  if (state) box.classList.add(state);
  if (state === "wrong") box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
}

// Which boxes are right. Those of one group, the factors of a path, may stand in any order: each takes one answer.
function rightBoxes() {
  const right = new Set(), groups = new Map();
  for (const box of BOXES) {
    const group = box.dataset.group || `alone ${box.dataset.blank}`;
    groups.set(group, [...(groups.get(group) || []), box]);
  }
  for (const boxes of groups.values()) {
    if (Array.isArray(SHEET.answers[boxes[0].dataset.blank])) {
      for (const box of boxes) if (fitsArray(box.value, SHEET.answers[box.dataset.blank])) right.add(box);
      continue;
    }
    const left = boxes.map((box) => Number(SHEET.answers[box.dataset.blank]));
    for (const box of boxes) {
      const found = typed(box.value), place = found ? left.findIndex((answer) => fits(found, answer)) : -1;
      if (place < 0) continue;
      left.splice(place, 1);
      right.add(box);
    }
  }
  return right;
}

function check() {
  const count = { right: 0, wrong: 0, open: 0 }, right = rightBoxes();
  for (const box of BOXES) {
    const state = box.value.trim() === "" ? "" : right.has(box) ? "right" : "wrong";
    count[state || "open"] += 1;
    mark(box, state);
  }
  const whole = count.right === BOXES.length ? SHEET.sentences.done : SHEET.sentences.result;
  document.getElementById("said").textContent = whole.replace(/\{(\w+)\}/g, (_, key) => count[key]);
}

function clear() {
  for (const box of BOXES) {
    box.value = "";
    mark(box, "");
  }
  document.getElementById("said").textContent = "";
}

for (const [place, box] of BOXES.entries()) {
  box.addEventListener("input", () => mark(box, ""));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") (BOXES[place + 1] || document.getElementById("check")).focus();
  });
}
document.getElementById("check").addEventListener("click", check);
document.getElementById("clear").addEventListener("click", clear);
document.getElementById("bar").hidden = false;
