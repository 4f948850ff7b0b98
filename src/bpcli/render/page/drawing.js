"use strict";
/* The graph in layers, inputs first: after Sugiyama, Tagawa and Toda, 1981. A long edge goes through a place of its own
   in every layer that it crosses; layers are ordered by the middle of their neighbours, and placed by least squares. */

const SVG = "http://www.w3.org/2000/svg";
const CHARACTER = 7.9; // width of one at the size of the formulas
const SMALL_CHARACTER = 7.6; // and at that of derivatives
const WIDEST_FORMULA = 22; // characters; a longer one is only in the table
const HEIGHT = 78;

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;
const columns = (text) => [...text].reduce((sum, char) => sum + (WIDE.test(char) ? 2 : 1), 0);

/* What stands in the box of a node. */
function label(node) {
  const whole = `${node.name} = ${node.formula}`;
  return node.kind !== "input" && columns(whole) <= WIDEST_FORMULA ? whole : node.name;
}

/* Positions as near as possible to those wished for, in this order and no closer than `gaps` (pooled means). */
function spread(wishes, gaps) {
  const offsets = [0];
  gaps.forEach((gap, place) => offsets.push(offsets[place] + gap));
  const blocks = [];
  wishes.forEach((wish, place) => {
    blocks.push({ sum: wish - offsets[place], count: 1 });
    while (blocks.length > 1) {
      const last = blocks[blocks.length - 1], before = blocks[blocks.length - 2];
      if (before.sum/before.count <= last.sum/last.count) break;
      blocks.pop();
      before.sum += last.sum;
      before.count += last.count;
    }
  });
  return blocks.flatMap((block) => Array(block.count).fill(block.sum/block.count))
    .map((base, place) => base + offsets[place]);
}

/* Where everything stands: {width, height, boxes by place, routes by edge}.

   nodes:  each with place, name, kind, formula, in an order in which arguments come first
   edges:  each with node and argument, which are places
   output: the name of the result, which stands in every derivative
   upright: layers from top to bottom, as on a phone; else from left to right */
function arranged(nodes, edges, output, upright) {
  const boxes = new Map();
  for (const node of nodes) {
    // Room for a derivative, with a counter where there are several branches: dy/dx: 0.25 (1/2)
    const room = columns(node.name) + columns(output) + (node.uses > 1 ? 16 : 14);
    const width = Math.max(columns(label(node))*CHARACTER + 28, room*SMALL_CHARACTER + 12);
    boxes.set(node.place, { node, layer: 0, width, below: [], above: [] });
  }
  const links = edges.filter((edge) => boxes.has(edge.node) && boxes.has(edge.argument));
  for (const { node, argument } of [...links].sort((one, other) => one.node - other.node)) {
    boxes.get(node).layer = Math.max(boxes.get(node).layer, boxes.get(argument).layer + 1);
  }
  // An input stands right before its first use.
  for (const box of boxes.values()) {
    if (box.node.kind === "operation") continue;
    const uses = links.filter((edge) => edge.argument === box.node.place).map((edge) => boxes.get(edge.node).layer);
    if (uses.length) box.layer = Math.min(...uses) - 1;
  }
  const deepest = Math.max(...[...boxes.values()].map((box) => box.layer));
  const layers = Array.from({ length: deepest + 1 }, () => []);
  for (const box of boxes.values()) layers[box.layer].push(box);
  const routes = links.map((edge) => {
    const from = boxes.get(edge.argument), to = boxes.get(edge.node), stops = [from];
    for (let layer = from.layer + 1; layer < to.layer; layer++) {
      const stop = { layer, width: 12, below: [], above: [] };
      layers[layer].push(stop);
      stops.push(stop);
    }
    stops.push(to);
    for (let place = 1; place < stops.length; place++) {
      stops[place].below.push(stops[place - 1]);
      stops[place - 1].above.push(stops[place]);
    }
    return { edge, stops };
  });
  order(layers);
  place(layers, upright);
  return drawn(boxes, layers, routes, upright);
}

/* The order within each layer: the best of several sweeps up and down. */
function order(layers) {
  const number = () => layers.forEach((layer) => layer.forEach((box, index) => { box.index = index; }));
  number();
  let best = null;
  for (let sweep = 0; sweep < 12; sweep++) {
    const upwards = sweep % 2 === 0;
    for (const layer of upwards ? layers : [...layers].reverse()) {
      for (const box of layer) {
        const near = upwards ? box.below : box.above;
        box.middle = near.length ? near.reduce((sum, each) => sum + each.index, 0)/near.length : box.index;
      }
      layer.sort((one, other) => one.middle - other.middle || one.index - other.index);
      layer.forEach((box, index) => { box.index = index; });
    }
    const found = crossings(layers);
    if (best === null || found < best.found) best = { found, layers: layers.map((layer) => [...layer]) };
  }
  layers.forEach((layer, index) => layer.splice(0, layer.length, ...best.layers[index]));
  number();
}

function crossings(layers) {
  let count = 0;
  for (const layer of layers) {
    const ends = layer.flatMap((box) => box.above.map((above) => [box.index, above.index]));
    ends.forEach(([a, b], place) => ends.slice(place + 1).forEach(([c, d]) => {
      if ((a - c)*(b - d) < 0) count++;
    }));
  }
  return count;
}

/* The position of each box across its layer: towards the middle of its neighbours. */
function place(layers, upright) {
  const extent = (box) => (box.node ? (upright ? box.width : HEIGHT) : 16);
  const gap = upright ? 18 : 30;
  const gapsOf = (layer) => layer.slice(1).map((box, index) => (extent(layer[index]) + extent(box))/2 + gap);
  for (const layer of layers) {
    spread(layer.map(() => 0), gapsOf(layer)).forEach((at, index) => { layer[index].across = at; });
  }
  for (let turn = 0; turn < 24; turn++) {
    for (const layer of turn % 2 ? [...layers].reverse() : layers) {
      const wishes = layer.map((box) => {
        const near = [...box.below, ...box.above];
        return near.length ? near.reduce((sum, each) => sum + each.across, 0)/near.length : box.across;
      });
      spread(wishes, gapsOf(layer)).forEach((at, index) => { layer[index].across = at; });
    }
  }
}

/* Pixels: boxes by place, and the path of each edge from the argument to the node. */
function drawn(boxes, layers, routes, upright) {
  const between = upright ? 62 : 104, margin = 16;
  const extent = (box) => (box.node ? (upright ? box.width : HEIGHT) : 16);
  const every = layers.flat();
  const least = Math.min(...every.map((box) => box.across - extent(box)/2)) - margin;
  const most = Math.max(...every.map((box) => box.across + extent(box)/2)) + margin;
  let along = margin;
  for (const layer of layers) {
    const depth = upright ? HEIGHT : Math.max(...layer.map((box) => box.width));
    for (const box of layer) {
      box.start = along;
      box.stop = along + depth;
      box.at = along + depth/2;
    }
    along += depth + between;
  }
  const length = along - between + margin, breadth = most - least;
  const point = (far, across) => (upright ? [across - least, far] : [far, across - least]);
  for (const box of boxes.values()) [box.x, box.y] = point(box.at, box.across);
  const ends = new Map();
  for (const route of routes) {
    const to = route.edge.node;
    ends.set(to, [...(ends.get(to) || []), route]);
  }
  for (const arriving of ends.values()) {
    // Edges arrive side by side, in the order in which they come from.
    const sorted = [...arriving].sort((one, other) => one.stops.at(-2).across - other.stops.at(-2).across
      || one.edge.position - other.edge.position);
    const room = Math.min(upright ? 30 : 22, ((upright ? 70 : HEIGHT) - 16)/sorted.length);
    sorted.forEach((route, index) => { route.port = (index - (sorted.length - 1)/2)*room; });
  }
  const paths = new Map();
  for (const { edge, stops, port } of routes) {
    const half = (box) => (upright ? HEIGHT : box.width)/2, from = stops[0], to = stops.at(-1);
    const twins = routes.filter((other) => other.edge.node === edge.node && other.edge.argument === edge.argument);
    const bulge = twins.length > 1 ? port*1.6 : 0;
    const points = [[from.at + half(from), from.across + bulge*0.4]];
    for (const stop of stops.slice(1, -1)) {
      points.push([stop.start, stop.across + bulge], [stop.stop, stop.across + bulge]);
    }
    points.push([to.at - half(to) - 7, to.across + port + bulge*0.2]);
    const written = (...ends) => ends.flatMap(([far, across]) => point(far, across)).map(Math.round).join(" ");
    const curve = points.slice(1).map(([far, across], index) => {
      const [start, side] = points[index], reach = (far - start)*0.45;
      if (index % 2) return `L${written([far, across])}`; // through a layer
      return `C${written([start + reach, side], [far - reach, across], [far, across])}`;
    });
    const [[a, b], [c, d]] = points.slice(-2);
    const middle = point((a + c)/2, (b + d)/2 + (twins.length > 1 ? port*0.4 : 0));
    paths.set(`${edge.node} ${edge.position}`, { curve: `M${written(points[0])}${curve.join("")}`, middle });
  }
  const [width, height] = upright ? [breadth, length] : [length, breadth];
  return { width, height, boxes, paths };
}

/* An element of a drawing. */
function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  if (text !== undefined) made.textContent = text;
  return made;
}
