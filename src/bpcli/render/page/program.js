"use strict";
/* Both passes, over a program that was exported as data (engine/exported.py); nothing in it is run as code. */

/* The last of the steps of a formula, over registers that hold its arguments. */
function evaluated(steps, registers, rules) {
  const values = [];
  for (const [op, ...rest] of steps) {
    if (op === "arg") values.push(registers[rest[0]]);
    else if (op === "const") values.push(Number(rest[0]));
    else values.push(applied(op, rest.map((place) => values[place]), rules));
  }
  return values[values.length - 1];
}

/* The value of an operation. */
function applied(op, operands, rules) {
  if (Object.hasOwn(PRIMITIVES, op)) return PRIMITIVES[op](...operands);
  const rule = rules[op];
  return rule.base ? applied(rule.base, operands, rules) : evaluated(rule.value, operands, rules);
}

/* What is in scope of the rule of one edge: the arguments and the value; of max and min the argument, the value, the
   number of ties, and how many of those stand before the argument. */
function scopeOf(rule, operands, value, position) {
  if (!rule.variadic) return [...operands, value];
  const ties = operands.map((operand) => (operand === value ? 1 : 0));
  const count = (places) => places.reduce((sum, each) => sum + each, 0);
  return [operands[position], value, count(ties), count(ties.slice(0, position))];
}

/* The values of all nodes, the rows of the reverse pass in its order, and the adjoints: null where nothing arrives,
   which is not 0.

   A row has upstream, local, product, state (open, closed, flat or idle), before (null for the first), total. */
function passes(program, inputs) {
  const values = [];
  for (const [op, ...rest] of program.nodes) {
    if (op === "var") values.push(inputs[rest[0]]);
    else if (op === "const") values.push(Number(rest[0]));
    else values.push(applied(op, rest.map((place) => values[place]), program.rules));
  }
  const adjoints = values.map(() => null), totals = values.map(() => null);
  adjoints[program.output] = 1;
  const rows = program.edges.map(([node, position]) => {
    const [op, ...args] = program.nodes[node];
    const rule = program.rules[op], edge = rule.edges[rule.variadic ? 0 : position], argument = args[position];
    const scope = scopeOf(rule, args.map((place) => values[place]), values[node], position);
    const arrived = adjoints[node];
    const row = { upstream: arrived === null ? 0 : arrived, local: 0, product: 0, state: "open" };
    if (edge.flat) row.state = arrived === null ? "idle" : "flat";
    else if (arrived === null) {
      row.state = "idle";
      row.local = evaluated(edge.local, scope, program.rules);
    } else if (edge.when && !isTrue(evaluated(edge.when, scope, program.rules))) row.state = "closed";
    else {
      row.local = evaluated(edge.local, scope, program.rules);
      row.product = row.upstream*row.local;
      adjoints[argument] = adjoints[argument] === null ? row.product : adjoints[argument] + row.product;
    }
    row.before = totals[argument];
    row.total = row.before === null ? row.product : row.before + row.product;
    totals[argument] = row.total;
    return row;
  });
  return { values, rows, adjoints };
}
