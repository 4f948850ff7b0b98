"use strict";
/* The lesson in words: the sentences of render/narration.py, which came with the page, with the numbers of now. Each is
   there at the level that was asked for, behind its short form. */

const words = () => lesson.narration[state.language];
const BRIEF = 0, CHOSEN = 1;
const BECOMES = { closed: "shut", flat: "flat", idle: "idle" };

/* What an edge does now, as a key of the mechanisms. */
function mechanism(edge, row) {
  const known = edge.becomes, size = Math.abs(row.local);
  if (row.state in BECOMES) return known[BECOMES[row.state]];
  if (known.part && size !== 1) return known.part;
  return known.weak && size < lesson.saturated ? known.weak : known.open;
}

/* What one edge does, with its numbers; `again` where its rule has been explained before. */
function edgeSentence(index, again = false) {
  const edge = downwards[index], row = run.rows[index], { explain, mechanisms } = words();
  const [[upstream, local], relation, product] = told("*", [row.upstream, row.local], row.product, digits);
  const formula = edge.formula !== local && edge.formula.length <= 60 ? edge.formula : "";
  const template = mechanisms[mechanism(edge, row)][again ? BRIEF : CHOSEN];
  const said = filled(template, {
    node: nodes.get(edge.node).name, argument: nodes.get(edge.argument).name, upstream, local, product,
    factors: `${bracketed(upstream)} * ${bracketed(local)} ${relation} ${product}`,
    slope: formula ? `${formula} ${rounding(formula, row.local)} ${local}` : local,
    condition: edge.condition || explain.condition,
    input: show(run.values[edge.argument], digits), value: show(run.values[edge.node], digits),
  });
  return again ? filled(explain.again, { text: said }) : said;
}

/* Where several branches arrive at one node: which of them this is, and their sum. */
function partSentences(index) {
  const edge = downwards[index], row = run.rows[index], argument = nodes.get(edge.argument).name;
  const { explain } = words(), { count, arriving } = edge;
  if (arriving < 2) return [];
  const facts = { argument, total: slope(argument), count, arriving, product: show(row.product, digits) };
  if (row.before === null) return [filled(explain["first part"], facts)];
  const [terms, relation, total] = told("+", [row.before, row.product], row.total, digits);
  facts.sum = `${terms[0]} + ${bracketed(terms[1])} ${relation} ${total}`;
  return [filled(explain[count === arriving ? "last part" : "next part"], facts)];
}

/* All that is said of an edge: what it does and which part this is, or that there is no value, and why. */
function edgeSentences(index, again = false) {
  const { local, upstream, product } = run.rows[index];
  if (!Number.isNaN(product)) return [edgeSentence(index, again), ...partSentences(index)];
  return [withoutValue() || say("without-derivative", {
    upstream: show(upstream, digits), local: bracketed(show(local, digits)),
  })];
}

const startSentence = () => filled(words().explain.start, { total: slope(output), output, scale: "1" });

/* What a gradient says. */
function resultSentence(entry) {
  const value = gradientOf(entry), { name } = entry;
  if (Number.isNaN(value)) return say("gradient-without", { total: slope(name) });
  return filled(words().explain[value === 0 ? "result zero" : "result"],
    { total: slope(name), slope: show(value, digits), name, output });
}

/* The whole trace in words: its title, then a line a step. */
function narration() {
  const { explain } = words(), brief = lesson.told === "brief", met = new Set();
  const lines = [explain.title];
  if (!brief) {
    for (const step of upwards) {
      const [, node, formula, numbers, shown] = forwardCells(step), relation = shown.startsWith("≈") ? "≈" : "=";
      const value = relation === "≈" ? shown.slice(2) : shown;
      lines.push(filled(explain.forward, { step: step.step, node, formula, numbers, relation, value }));
    }
    lines.push(startSentence());
  }
  downwards.forEach((edge, index) => {
    const rule = mechanism(edge, run.rows[index]), [, name] = backwardCells(index);
    const text = edgeSentences(index, met.has(rule)).join(explain.join);
    met.add(rule);
    lines.push(say("labelled", { label: `${edge.step}  ${name}`, text }));
  });
  return brief ? lines : [...lines, ...lesson.gradient.map(resultSentence)];
}
