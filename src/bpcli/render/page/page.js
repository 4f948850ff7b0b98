"use strict";
/* The lesson: the graph, the step at hand, the inputs, and the tables, all from one run of both passes. Everything that
   a user wrote is set as text, never as markup. Where the drawing stands and what is said came with the lesson. */

const lesson = JSON.parse(document.getElementById("lesson").textContent);
const { program, digits, output } = lesson;
const nodes = new Map(lesson.nodes.map((node) => [node.place, node]));
const upwards = lesson.forward, downwards = lesson.backward;
const SEED = upwards.length + 1, END = SEED + downwards.length + 1;
const given = Object.fromEntries(lesson.inputs.map(({ name, value }) => [name, Number(value)]));
const state = { step: 0, inputs: { ...given }, language: lesson.language, zoom: null }; // zoom: a scale, or "whole"
const HOLE = "\ue000"; // stands for an operand in the text of a step
let run = null, drawing = null;

const filled = (template, facts) => template.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const say = (key, facts = {}) => filled(lesson.sentences[state.language][key], facts);
const slope = (name) => `d${output}/d${name}`;
const bracketed = (text) => (text.startsWith("-") ? `(${text})` : text);
const narrow = () => window.matchMedia("(max-width: 720px)").matches;

/* An element with a class, attributes and children, which are elements or text. */
function make(name, kind = "", attributes = {}, ...children) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  for (const key in attributes) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), attributes[key]);
    else made.setAttribute(key, attributes[key]);
  }
  made.append(...children);
  return made;
}

/* What a step shows: a phase, and its place there. */
function phaseOf(step) {
  if (step === 0) return ["begin", 0];
  if (step < SEED) return ["forward", step - 1];
  if (step === SEED) return ["seed", 0];
  return step < END ? ["backward", step - SEED - 1] : ["end", 0];
}

/* Between a formula and its number: ≈ where the formula is a number that has to be rounded. */
function rounding(formula, local) {
  const isDecimal = /^-*\d*\.?\d*$/.test(formula) && /\d/.test(formula);
  return isDecimal && Number(formula) !== local ? "≈" : "=";
}

/* The cells of a step upwards: number, name, formula, formula in numbers, value. */
function forwardCells(step) {
  const [op, ...args] = program.nodes[step.place], operands = args.map((place) => run.values[place]);
  const value = run.values[step.place], fixed = step.texts.map((text) => text !== null);
  const [shown, relation, total] = step.sign ? told(step.sign, operands, value, digits, fixed)
    : toldCall(op, step.known, operands, value, digits, fixed, program.rules);
  let place = 0;
  const written = shown.map((text, index) => (step.bracketed[index] ? bracketed(text) : text));
  const numbers = [...step.template].map((char) => {
    if (char !== HOLE) return char;
    while (fixed[place]) place++;
    return written[place++];
  }).join("");
  const { name, formula } = nodes.get(step.place);
  if (Number.isNaN(value) && isWithout()) {
    return [String(step.step), name, formula, operands.some(Number.isNaN) ? say("no-value") : numbers, say("no-value")];
  }
  return [String(step.step), name, formula, numbers, relation === "=" ? total : `≈ ${total}`];
}

/* What comes to an edge, its local derivative, and the product; the cells of a row, and the parts for the step. */
function backwardParts(index) {
  const edge = downwards[index], row = run.rows[index];
  const node = nodes.get(edge.node), argument = nodes.get(edge.argument);
  const [[upstream, local], relation, product] = Number.isNaN(row.product)
    ? [[shown(row.upstream), shown(row.local)], "=", say("no-value")]
    : told("*", [row.upstream, row.local], row.product, digits);
  const what = `d(${edge.derived.length <= 24 ? edge.derived : node.name})/d${edge.by[state.language]}`;
  const formula = edge.formula.length <= 40 ? edge.formula : "", chooses = node.op === "where";
  let steps, factors;
  if (row.state === "closed") {
    const condition = / and | or /.test(edge.condition) ? `(${edge.condition})` : edge.condition;
    steps = `${what} = 0${say("facts")}${chooses ? say("not taken") : say("not", { condition })}`;
  } else if (row.state === "flat") steps = `${what} = 0${say("facts")}${say(node.op === "detach" ? "cut" : "flat")}`;
  else if (Number.isNaN(row.local)) steps = `${what}${formula ? ` = ${formula}` : ""}: ${say("no-value")}`;
  else {
    steps = `${what}${formula && formula !== local ? ` = ${formula}` : ""} ${rounding(formula, row.local)} ${local}`;
    if (edge.condition && (!chooses || row.state === "open")) steps += say("facts") + (chooses ? say("taken") : edge.condition);
  }
  if (Number.isNaN(row.product)) factors = say("no-value");
  else if (row.state === "open" || (Number.isFinite(row.local) && Number.isFinite(row.upstream))) {
    factors = `${upstream} * ${bracketed(local)} ${relation} ${product}`;
  } else factors = say(row.upstream === 0 ? "nothing arrives" : "nothing passes");
  return { edge, row, node, argument, upstream, local, product, relation, steps, factors, running: running(index) };
}

/* The sum that a product goes to: with a colon until it is complete. */
function running(index) {
  const edge = downwards[index], row = run.rows[index], name = slope(nodes.get(edge.argument).name);
  const complete = edge.count === edge.arriving, counter = say("counter", edge);
  if (Number.isNaN(row.total)) return `${name}: ${say("no-value")}${edge.arriving === 1 ? "" : counter}`;
  if (row.before === null) {
    return `${name}${complete ? " =" : ":"} ${show(row.total, digits)}${edge.arriving === 1 ? "" : counter}`;
  }
  const [terms, equal, total] = told("+", [row.before, row.product], row.total, digits);
  return `${name}${complete ? " =" : ":"} ${terms[0]} + ${bracketed(terms[1])} ${equal} ${total}${counter}`;
}

const backwardCells = (index) => {
  const { edge, node, argument, upstream, steps, factors, running: total } = backwardParts(index);
  return [String(edge.step), `${node.name} -> ${argument.name}`, upstream, steps, factors, total];
};

/* Both passes at the inputs of now. Where the result has no value nothing has a derivative, whatever came on the way. */
function runs() {
  const found = passes(program, state.inputs);
  if (!Number.isNaN(found.values[program.output])) return found;
  const rows = found.rows.map(() => ({ state: "open", upstream: NaN, local: NaN, product: NaN, before: null, total: NaN }));
  return { values: found.values, rows, adjoints: found.adjoints.map(() => NaN) };
}

/* A number as it is printed, or that there is none. */
const shown = (number) => (Number.isNaN(number) ? say("no-value") : show(number, digits));

/* Whether the result has no value at the inputs of now. */
const isWithout = () => Number.isNaN(run.values[program.output]);

/* Why it has none: the first step without a value though what it computes with has one; null where there is none. */
function withoutValue() {
  const step = isWithout() && upwards.find(({ place }) => Number.isNaN(run.values[place])
    && program.nodes[place].slice(1).every((argument) => !Number.isNaN(run.values[argument])));
  if (!step) return null;
  const [, node, formula, numbers] = forwardCells(step);
  return say("without-value", { node, formula, numbers });
}

/* The derivative by a name: 0 where nothing arrives. */
const gradientOf = ({ place }) => (place === null || run.adjoints[place] === null ? 0 : run.adjoints[place]);

/* For each name that was asked for its open paths: their number, the largest ten, the sum of the others. */
function pathsByName() {
  const counts = new Map([[program.output, 1n]]);
  const best = new Map([[program.output, [{ product: 1, locals: [], nodes: [] }]]]);
  run.rows.forEach((row, index) => {
    const { node, argument } = downwards[index];
    if (row.state !== "open" || !counts.has(node)) return;
    counts.set(argument, (counts.get(argument) || 0n) + counts.get(node));
    const longer = best.get(node).map((path) => ({
      product: path.product*row.local, locals: [row.local, ...path.locals], nodes: [node, ...path.nodes],
    }));
    best.set(argument, [...(best.get(argument) || []), ...longer].sort((one, other) =>
      Math.abs(other.product) - Math.abs(one.product) || one.nodes.length - other.nodes.length).slice(0, 10));
  });
  return lesson.gradient.filter(({ place }) => counts.has(place) && place !== program.output).map((entry) => {
    const listed = best.get(entry.place), total = gradientOf(entry);
    const rest = total - listed.reduce((sum, path) => sum + path.product, 0);
    return { entry, count: counts.get(entry.place), listed, rest, total };
  });
}

/* The nodes that tell paths apart, as in ways.py: those that at most half of them go through. */
function telling(paths) {
  const taken = new Map();
  for (const path of paths) for (const node of path.nodes) taken.set(node, (taken.get(node) || 0) + 1);
  return new Set([...taken.keys()].filter((node) => 2*taken.get(node) <= paths.length));
}

/* The names of a path; of a long one its ends, and what tells it from the paths beside it. */
function wayOf(names, path, apart) {
  if (names.length <= 9) return names.join(" -> ");
  const last = names.length - 1;
  let inside = names.map((_, place) => place).slice(2, last - 1).filter((place) => apart.has(path.nodes[place - 1]));
  if (inside.length > 6) inside = [...inside.slice(0, 3), ...inside.slice(-3)];
  const ends = inside.length ? 2 : 4, kept = new Set(inside), shown = [];
  names.forEach((each, place) => {
    if (place < ends || place > last - ends || kept.has(place)) shown.push(each);
    else if (shown[shown.length - 1] !== "...") shown.push("...");
  });
  return shown.join(" -> ");
}

function pathCells(name, path, apart = new Set()) {
  const names = [name, ...path.nodes.map((place) => nodes.get(place).name)], between = names.slice(1, -1);
  const [shown, relation, product] = toldProduct(path.locals, path.product);
  const factors = shown.length > 9 ? say("factors", { count: shown.length })
    : [shown[0], ...shown.slice(1).map(bracketed)].join(" * ");
  const count = between.length, through = count === 0 ? say("direct")
    : count <= 3 ? say("through", { names: between.join(", ") }) : say("through many", { count });
  return [wayOf(names, path, apart), factors, relation === "=" ? product : `≈ ${product}`, through];
}

/* A product of any number of factors, as it is printed. */
function toldProduct(factors, product) {
  if (factors.length === 1) return [[show(factors[0], digits)], "=", show(product, digits)];
  const most = [...factors, product].every(Number.isFinite) ? Math.max(digits, MOST_DIGITS) : 0;
  for (let more = digits; more <= most; more++) {
    const shown = factors.map((factor) => show(factor, more)), total = show(product, more);
    const [whole, power] = shown.map(decimal).reduce(times);
    if (gives("*", [`${whole}e${power}`, "1"], total, false)) return [shown, "=", total];
  }
  return [factors.map((factor) => show(factor, digits)), "≈", show(product, digits)];
}

/* The page around what changes with a step. */
function build() {
  const stage = document.getElementById("stage");
  stage.hidden = false;
  stage.replaceChildren(
    make("section", "card graph", { "aria-label": say("graph") }, make("div", "zoom", { id: "zoom" }),
      make("div", "canvas", { id: "canvas" })),
    make("section", "card now", { id: "now", "aria-live": "polite" }),
    make("section", "card inputs", { id: "inputs" }),
    make("nav", "controls", { id: "controls" }),
  );
  document.documentElement.lang = state.language === "zh" ? "zh-Hans" : state.language;
  document.getElementById("title").textContent = say("title");
  buildLanguages();
  buildInputs();
  buildControls();
  buildTables();
  layOut();
}

function buildLanguages() {
  document.getElementById("languages")?.remove();
  const buttons = [["en", "English"], ["zh", "中文"]].map(([language, title]) => make("button", "", {
    type: "button", lang: language, "aria-pressed": String(state.language === language),
    onclick: () => { state.language = language; build(); },
  }, title));
  const group = make("div", "languages", { id: "languages", role: "group", "aria-label": say("language") }, ...buttons);
  document.querySelector("header").prepend(group);
}

/* A round number that is at least this. */
function rounded(size) {
  const power = 10**Math.floor(Math.log10(size));
  return power*[1, 2, 5, 10].find((step) => step*power >= size*(1 - 1e-9));
}

function buildInputs() {
  const rows = lesson.inputs.map(({ name }) => {
    const start = given[name], size = Math.abs(Number.isFinite(start) ? start : 1);
    const step = rounded(Math.max(1, size*1.5))/50, places = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
    const ticks = (value) => Math.round((value - start)/step) || 0;
    const at = (tick) => (tick === 0 ? start : Number((start + tick*step).toFixed(Math.min(places, 100))));
    const slider = make("input", "", {
      type: "range", min: -50, max: 50, step: 1, value: ticks(state.inputs[name]), "aria-label": name,
      oninput: () => change(name, at(Number(slider.value)), box),
    });
    const box = make("input", "", {
      type: "number", step: "any", inputmode: "decimal", value: state.inputs[name], "aria-label": name,
      oninput: () => {
        if (box.value.trim() === "" || !Number.isFinite(Number(box.value))) return;
        slider.value = ticks(Number(box.value));
        change(name, Number(box.value), null);
      },
    });
    if (!Number.isFinite(start)) slider.disabled = true;
    return make("label", "input", {}, make("code", "", {}, name), slider, box);
  });
  const reset = make("button", "quiet", { type: "button", onclick: () => {
    state.inputs = { ...given };
    buildInputs();
    update();
  } }, say("reset"));
  const inputs = document.getElementById("inputs");
  inputs.replaceChildren(make("h2", "", {}, say("inputs"), " ", reset), ...rows);
  inputs.hidden = rows.length === 0;
}

function change(name, value, box) {
  state.inputs[name] = value;
  if (box) box.value = value;
  update();
}

function buildControls() {
  const button = (sign, key, step) => make("button", "", {
    type: "button", id: `to-${key}`, title: say(key), "aria-label": say(key), onclick: () => go(step()),
  }, sign);
  const bar = make("input", "", {
    type: "range", id: "bar", min: 0, max: END, value: state.step, "aria-label": say("step"),
    oninput: () => go(Number(bar.value)),
  });
  document.getElementById("controls").replaceChildren(
    button("|◀\ufe0e", "first", () => 0), button("◀\ufe0e", "back", () => state.step - 1),
    make("div", "where", {}, bar, make("span", "", { id: "position" })),
    button("▶\ufe0e", "on", () => state.step + 1), button("▶\ufe0e|", "last", () => END),
    make("p", "hint", {}, say("hint")),
  );
}

/* A cell in pieces that stay whole: where its column is narrow it goes on before what it equals. */
const inPieces = (cell) => cell.split(/(?<= )(?=[=≈] )/).flatMap((piece, place, all) =>
  (all.length === 1 ? [piece] : [make("span", "piece", {}, piece.trimEnd()), ...(place + 1 < all.length ? [" "] : [])]));

function table(identifier, title, aside, titles, rows, firstStep) {
  const body = rows.map((cells, index) => {
    const row = make("tr", "", {}, ...cells.map((cell) => make("td", "", {}, ...inPieces(cell))));
    if (firstStep !== null) {
      row.dataset.step = firstStep + index;
      row.addEventListener("click", () => go(firstStep + index));
    }
    return row;
  });
  return make("section", identifier, identifier ? { id: identifier } : {},
    make("h2", "", {}, title), ...(aside ? [make("p", "aside", {}, aside)] : []),
    make("div", "wide", {}, make("table", "", {},
      make("thead", "", {}, make("tr", "", {}, ...titles.map((each) => make("th", "", {}, each)))),
      make("tbody", "", {}, ...body))));
}

/* The tables of both passes and of the paths, whole, with the numbers of now. */
function buildTables() {
  run = runs();
  const column = (key) => say(`column ${key}`), tables = [];
  if (upwards.length) {
    const titles = ["#", ...["node", "computes", "with numbers", "value"].map(column)];
    tables.push(table("forward", say("forward"), "", titles, upwards.map(forwardCells), 1));
  }
  if (downwards.length) {
    const titles = ["#", ...["edge", "upstream", "local", "product", "running total"].map(column)];
    tables.push(table("backward", say("backward"), say("start", { total: slope(output) }), titles,
      downwards.map((_, index) => backwardCells(index)), SEED + 1));
  }
  for (const { entry, count, listed, rest, total } of pathsByName()) {
    if (count < 2n || Number.isNaN(total)) continue;
    const apart = telling(listed), more = count - BigInt(listed.length);
    const rows = listed.map((path) => pathCells(entry.name, path, apart));
    if (more) rows.push([say("more paths", { count: String(more) }), "", show(rest, digits), say("together")]);
    rows.push([say("total"), "", show(total, digits), ""]);
    tables.push(table("", say("paths", { name: entry.name, output }), "",
      [column("path"), column("locals"), column("path product"), ""], rows, null));
  }
  if (lesson.told) {
    const [title, ...lines] = narration();
    tables.push(make("section", "words", { id: "words" }, make("h2", "", {}, title),
      ...lines.map((line) => make("p", "", {}, line))));
  }
  document.getElementById("tables").replaceChildren(...tables);
  const closing = lesson.gradient.map((entry) => `${slope(entry.name)}${Number.isNaN(gradientOf(entry)) ? ": " : " = "}${
    shown(gradientOf(entry))}`);
  // The check was made at the inputs that came with the lesson, and says nothing of others.
  const same = lesson.inputs.every(({ name }) => Object.is(state.inputs[name], given[name]));
  document.getElementById("closing").replaceChildren(make("p", "", { id: "gradient" }, closing.join("    ")),
    ...(same ? lesson.remarks[state.language].map((text) => make("p", "", {}, text)) : []));
  const values = lesson.inputs.map(({ name }) => `${name} = ${show(state.inputs[name], digits)}`);
  document.getElementById("given").textContent = [values.join(", "), lesson.facts[state.language]].filter(Boolean).join("; ");
}

/* The graph, drawn for the room that there is. */
function layOut() {
  const canvas = document.getElementById("canvas"), room = (canvas.parentElement.clientWidth || 600) - 20;
  const { across, upright: tall } = lesson.stage;
  // From left to right where that can be read, else from top to bottom.
  const upright = narrow() || (across.width*0.8 > room && tall.width < across.width);
  drawing = placed(upright ? tall : across, nodes);
  drawing.upright = upright;
  const svg = shape("svg", { viewBox: `0 0 ${Math.ceil(drawing.width)} ${Math.ceil(drawing.height)}`, role: "img" });
  svg.append(shape("title", {}, say("graph")));
  const marker = (identifier) => {
    const made = shape("marker", {
      id: identifier, viewBox: "0 0 10 10", refX: 8, refY: 5, markerWidth: 9, markerHeight: 9,
      orient: "auto-start-reverse", markerUnits: "userSpaceOnUse",
    });
    made.append(shape("path", { d: "M0 0L10 5L0 10z" }));
    return made;
  };
  const defs = shape("defs", {});
  defs.append(marker("tip"), marker("tip-forward"), marker("tip-backward"));
  svg.append(defs);
  const below = shape("g", {}), above = shape("g", {});
  drawing.edges = new Map();
  for (const [key, { curve, middle }] of drawing.paths) {
    const line = shape("path", { d: curve, class: "edge" }), chip = shape("g", { class: "chip" });
    chip.append(shape("rect", { rx: 9 }), shape("text", { "text-anchor": "middle", "dominant-baseline": "central" }));
    below.append(line);
    above.append(chip);
    drawing.edges.set(key, { line, chip, middle });
  }
  const figures = shape("g", {});
  drawing.figures = new Map();
  for (const [place, box] of drawing.boxes) figures.append(figure(place, box));
  svg.append(below, figures, above);
  const usual = Math.max(Math.min(1.35, upright ? 1.1 : 600/drawing.height, room/drawing.width), 0.75);
  const whole = Math.min(room/drawing.width, (window.innerHeight*0.78 - 20)/drawing.height);
  // A drawing that does not fit is made smaller while it can be read; the buttons make it larger, or show all of it.
  drawing.whole = Math.min(whole, usual);
  drawing.scale = drawing.whole < usual ? Math.max(drawing.whole, narrow() ? 0.75 : 0.45) : usual;
  canvas.replaceChildren(svg);
  buildZoom();
  zoomTo(state.zoom === null ? drawing.scale : state.zoom === "whole" ? drawing.whole : state.zoom);
  paint();
}

/* The drawing at a scale, as many pixels wide. */
function zoomTo(scale) {
  drawing.scale = Math.min(3, Math.max(0.1, scale));
  document.querySelector("#canvas svg").style.width = `${Math.round(drawing.width*drawing.scale)}px`;
}

/* The buttons beside the drawing: smaller, larger, all of it. */
function buildZoom() {
  const button = (sign, key, chosen) => make("button", "", {
    type: "button", id: `zoom-${key}`, title: say(`zoom-${key}`), "aria-label": say(`zoom-${key}`), onclick: () => {
      state.zoom = chosen();
      zoomTo(state.zoom === "whole" ? drawing.whole : state.zoom);
      paint();
      if (state.zoom === "whole") document.getElementById("canvas").scrollIntoView({ block: "nearest" });
    },
  }, sign);
  document.getElementById("zoom").replaceChildren(
    button("−", "out", () => drawing.scale/1.25), button("+", "in", () => drawing.scale*1.25),
    button(say("zoom-whole"), "whole", () => "whole"));
}

/* The box of a node, and what in it changes. */
function figure(place, box) {
  const { node, x, y, width } = box;
  const group = shape("g", { class: `node ${node.kind}${place === program.output ? " output" : ""}` });
  const left = x - width/2, top = y - HEIGHT/2, round = node.kind === "operation" ? 8 : 28;
  if (place === program.output) {
    const rim = { x: left - 4, y: top - 4, width: width + 8, height: HEIGHT + 8, rx: 12 };
    group.append(shape("rect", { class: "rim", ...rim }));
  }
  group.append(shape("rect", { class: "box", x: left, y: top, width, height: HEIGHT, rx: round }));
  const line = (kind, dy) => shape("text", { class: kind, x, y: top + dy, "text-anchor": "middle" });
  const name = line("name", 22), value = line("value", 45), gradient = line("gradient", 67);
  name.textContent = node.label;
  group.append(shape("title", {}, `${node.name} = ${node.formula || node.name}`), name, value, gradient);
  drawing.figures.set(place, { group, value, gradient });
  return group;
}

/* Show the step at hand in the drawing. */
function paint() {
  const [phase, index] = phaseOf(state.step);
  const reached = upwards.slice(0, phase === "begin" ? 0 : phase === "forward" ? index + 1 : upwards.length);
  const known = new Set([...nodes.values()].filter((node) => node.kind !== "operation").map((node) => node.place));
  reached.forEach((step) => known.add(step.place));
  for (const node of nodes.values()) { // constants that no step computes
    if (!upwards.some((step) => step.place === node.place)) known.add(node.place);
  }
  const gone = phase === "backward" ? index + 1 : phase === "end" ? downwards.length : 0;
  const current = phase === "forward" ? upwards[index].place : null;
  const arrived = new Map();
  if (["seed", "backward", "end"].includes(phase)) arrived.set(program.output, `${slope(output)} = 1`);
  downwards.slice(0, gone).forEach((edge, place) => {
    const row = run.rows[place], name = slope(nodes.get(edge.argument).name), complete = edge.count === edge.arriving;
    arrived.set(edge.argument, `${name}${complete && !Number.isNaN(row.total) ? " =" : ":"} ${shown(row.total)}`
      + (complete ? "" : ` (${edge.count}/${edge.arriving})`));
  });
  const active = phase === "backward" ? downwards[index] : null;
  for (const [place, { group, value, gradient }] of drawing.figures) {
    value.textContent = known.has(place) ? shown(run.values[place]) : "?";
    gradient.textContent = arrived.get(place) || "";
    fit(value, drawing.boxes.get(place).width - 14);
    fit(gradient, drawing.boxes.get(place).width - 10);
    group.classList.toggle("future", !known.has(place));
    group.classList.toggle("computing", place === current);
    group.classList.toggle("sending", active ? active.node === place : phase === "seed" && place === program.output);
    group.classList.toggle("receiving", Boolean(active && active.argument === place));
  }
  const chips = new Map();
  const byKey = new Map(downwards.map((edge, place) => [`${edge.node} ${edge.position}`, place]));
  for (const [key, { line, chip, middle }] of drawing.edges) {
    const place = byKey.get(key), node = Number(key.split(" ")[0]), passed = place !== undefined && place < gone;
    const now = active !== null && place === index, row = place === undefined ? null : run.rows[place];
    const shut = passed && row.state !== "open";
    line.setAttribute("class", ["edge", node === current ? "feeding" : "", now ? "flowing" : passed ? "passed" : "",
      shut ? "shut" : ""].join(" "));
    line.setAttribute("marker-end", now || passed ? "none" : node === current ? "url(#tip-forward)" : "url(#tip)");
    line.setAttribute("marker-start", passed ? "url(#tip-backward)" : "none");
    chip.setAttribute("class", `chip${now ? " now" : ""}${shut ? " shut" : ""}`);
    const text = passed && !Number.isNaN(row.product) ? (shut ? word(place) : `× ${bracketed(show(row.local, digits))}`) : "";
    const layer = drawing.boxes.get(node).layer;
    chips.set(layer, [...(chips.get(layer) || []), { chip, middle, text, width: columns(text)*SMALL_CHARACTER + 14 }]);
  }
  for (const beside of chips.values()) writeApart(beside);
  const inputs = phase === "begin" || phase === "end" ? lesson.nodes[0].place : program.output;
  reveal(drawing.figures.get(active ? active.argument : current ?? inputs));
}

/* Why nothing flows along an edge, in a word. */
function word(index) {
  const { state: how } = run.rows[index], { op } = nodes.get(downwards[index].node);
  if (how === "idle") return "0";
  return say(how === "closed" ? (op === "where" ? "not taken" : "closed") : op === "detach" ? "cut" : "flat");
}

/* A text no wider than its box. */
function fit(text, room) {
  const size = text.classList.contains("value") ? 11 : SMALL_CHARACTER, needed = columns(text.textContent)*size;
  if (needed > room) text.setAttribute("textLength", room);
  else text.removeAttribute("textLength");
  text.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

/* The labels between two layers, each as near to the middle of its edge as the others leave room for. */
function writeApart(labels) {
  const across = drawing.upright ? 0 : 1, size = (each) => (drawing.upright ? each.width : 22);
  for (const each of labels) if (!each.text) each.chip.style.display = "none";
  const shown = labels.filter((each) => each.text).sort((one, other) => one.middle[across] - other.middle[across]);
  const gaps = shown.slice(1).map((each, index) => (size(shown[index]) + size(each))/2 + 4);
  spread(shown.map((each) => each.middle[across]), gaps).forEach((at, index) => {
    const { chip, middle, text, width } = shown[index];
    write(chip, drawing.upright ? [at, middle[1]] : [middle[0], at], text, width);
  });
}

/* A label on an edge. */
function write(chip, [x, y], text, width) {
  const [rect, words] = chip.children;
  chip.style.display = "";
  words.textContent = text;
  words.setAttribute("x", x);
  words.setAttribute("y", y);
  const place = { x: x - width/2, y: y - 11, width, height: 22 };
  for (const key in place) rect.setAttribute(key, place[key]);
}

/* Scroll a drawing that is wider than its room to where something happens. */
function reveal(chosen) {
  const canvas = document.getElementById("canvas");
  if (!chosen) return;
  const box = chosen.group.getBoundingClientRect(), room = canvas.getBoundingClientRect();
  canvas.scrollLeft += box.left + box.width/2 - room.left - room.width/2;
  canvas.scrollTop += box.top + box.height/2 - room.top - room.height/2;
}

/* A sentence; a product in it is not parted at the end of a line. */
const paragraph = (text) => make("p", "sentence", {}, text.replaceAll(" * ", "\u00a0*\u00a0"));

function quantity(kind, title, value) {
  return make("div", `quantity ${kind}`, {}, make("span", "what", {}, title),
    make("strong", value.length > 6 ? "long" : "", {}, value));
}

const operator = (sign) => make("span", "operator", {}, sign);

/* The step at hand, in numbers and in words. */
function tell() {
  const [phase, index] = phaseOf(state.step), now = document.getElementById("now");
  const badge = (key, title) => [make("div", "top", {}, make("span", `badge ${key}`, {}, say(key)),
    make("h2", "", {}, title))];
  now.className = `card now ${phase}`;
  if (phase === "begin") {
    const again = lesson.nodes.filter((node) => node.uses > 1 && node.kind !== "constant").slice(0, 3);
    now.replaceChildren(make("h2", "", {}, say("begin-title")), paragraph(say("begin", { output })),
      ...again.map((node) => paragraph(say("begin-again", { name: node.name, count: node.uses }))));
  } else if (phase === "forward") {
    const [, name, formula, numbers, value] = forwardCells(upwards[index]);
    const equal = value.startsWith("≈") ? value : `= ${value}`;
    const missing = Number.isNaN(run.values[upwards[index].place]) ? withoutValue() : null;
    const last = upwards[index].place === program.output;
    now.replaceChildren(...badge("forward", `${name} = ${formula}`),
      make("p", "sum", {}, make("code", "", {}, `${numbers} `), make("strong", "", {}, missing ? value : equal)),
      paragraph(missing || say(last ? "compute-result" : "compute", { name })));
  } else if (phase === "seed") {
    now.replaceChildren(...badge("backward", say("seed-title")),
      make("p", "sum", {}, make("code", "", {}, `${slope(output)} `), make("strong", "", {}, "= 1")),
      paragraph(startSentence()));
  } else if (phase === "backward") {
    const parts = backwardParts(index), { edge, row } = parts, name = parts.argument.name;
    const flows = row.state === "open", { local, node } = parts;
    now.replaceChildren(...badge("backward", `${parts.node.name} → ${name}`),
      make("div", "product", {},
        quantity("upstream", say("column upstream"), parts.upstream), operator("×"),
        quantity("local", say("column local"), local), operator(flows ? parts.relation : "→"),
        quantity("result", say("column path product"), flows ? parts.product : row.state === "idle" ? "0" : word(index))),
      make("dl", "detail", {},
        make("dt", "", {}, say("column upstream")), make("dd", "", {}, `${slope(node.name)}${Number.isNaN(row.upstream) ? ": " : " = "}${parts.upstream}`),
        make("dt", "", {}, say("local-derivative")), make("dd", "", {}, parts.steps)),
      make("p", "running", {}, make("code", "", {}, parts.running)),
      ...edgeSentences(index).map(paragraph));
  } else {
    const ways = pathsByName();
    const rows = lesson.gradient.map((entry) => {
      const { name } = entry;
      // A few short paths; the tables have all others.
      const found = ways.find((each) => each.entry === entry && !Number.isNaN(each.total) && each.count > 1n && each.count <= 4n
        && each.listed.every((path) => path.locals.length <= 3));
      const added = sumOf(entry), apart = found ? telling(found.listed) : new Set();
      const parts = found ? found.listed.map((path) => way(name, path, apart)) : [];
      if (added) parts.push(make("li", "", {}, make("code", "", {}, added)));
      const sum = parts.length ? [make("ul", "", {}, ...parts)] : [];
      return make("li", "", {}, resultSentence(entry), ...sum);
    });
    const why = lesson.gradient.some((entry) => Number.isNaN(gradientOf(entry))) ? withoutValue() : null;
    now.replaceChildren(...badge("backward", say("end-title")), ...(why ? [paragraph(why)] : []),
      make("ul", "answer", {}, ...rows));
  }
}

/* The few branches that come back to an input, and what they add up to: dy/dw = 5 + 3 = 8. */
function sumOf({ name, place }) {
  const products = run.rows.filter((_, index) => downwards[index].argument === place).map((row) => row.product);
  if (products.length < 2 || products.length > 4 || products.some(Number.isNaN)) return "";
  const total = run.adjoints[place] ?? 0, shown = [...products, total].map((value) => show(value, digits));
  const equal = shown.every((text, index) => Number(text) === [...products, total][index]) ? "=" : "≈", sum = shown.pop();
  return `${slope(name)} = ${[shown[0], ...shown.slice(1).map(bracketed)].join(" + ")} ${equal} ${sum}`;
}

/* One path of several, as a line. */
function way(name, path, apart) {
  const [names, factors, product, through] = pathCells(name, path, apart), equal = product.startsWith("≈") ? " " : " = ";
  const numbers = path.locals.length === 1 ? product : `${factors}${equal}${product}`;
  return make("li", "", {}, make("code", "", {}, `${names}: ${numbers}`), ` ${through}`);
}

/* Everything that depends on the step. */
function point() {
  tell();
  if (drawing) paint();
  const bar = document.getElementById("bar");
  bar.value = state.step;
  document.getElementById("position").textContent = say("position", { step: state.step, steps: END });
  for (const [key, off] of [["first", 0], ["back", 0], ["on", END], ["last", END]]) {
    document.getElementById(`to-${key}`).disabled = state.step === off;
  }
  for (const row of document.querySelectorAll("tr[data-step]")) {
    const here = Number(row.dataset.step) === state.step;
    row.classList.toggle("here", here);
    if (here) row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
  }
}

/* Everything that depends on the inputs. */
function update() {
  buildTables();
  point();
}

function go(step) {
  state.step = Math.max(0, Math.min(END, step));
  point();
  try {
    history.replaceState(null, "", `#step=${state.step}`);
  } catch { /* a page inside another one may not */ }
}

/* A link may say where to begin: #step=4&lang=zh&set.x=1.5 */
function follow(fragment) {
  for (const [key, value] of new URLSearchParams(fragment)) {
    const name = key.startsWith("set.") ? key.slice(4) : null;
    if (key === "step" && Number.isInteger(Number(value))) state.step = Math.max(0, Math.min(END, Number(value)));
    else if (key === "lang" && Object.hasOwn(lesson.sentences, value)) state.language = value;
    else if (name !== null && Object.hasOwn(given, name) && value !== "" && !Number.isNaN(Number(value))) {
      state.inputs[name] = Number(value);
    }
  }
}

document.addEventListener("keydown", (event) => {
  const field = event.target.tagName === "INPUT" && event.target.id !== "bar";
  const steps = { ArrowRight: state.step + 1, ArrowLeft: state.step - 1, Home: 0, End: END };
  if (field || event.ctrlKey || event.metaKey || event.altKey || !(event.key in steps)) return;
  event.preventDefault();
  go(steps[event.key]);
});

let width = 0;
window.addEventListener("resize", () => {
  if (document.documentElement.clientWidth === width) return;
  width = document.documentElement.clientWidth;
  layOut();
});

// On paper the drawing shows the end of both passes.
let before = 0;
window.addEventListener("beforeprint", () => {
  before = state.step;
  state.step = END;
  point();
});
window.addEventListener("afterprint", () => {
  state.step = before;
  point();
});

follow(location.hash.slice(1));
build();
point();
