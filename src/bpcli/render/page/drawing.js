"use strict";
/* The pieces of a drawing. Where its boxes and lines stand was computed when the page was made (render/drawings/stage.py). */

const SVG = "http://www.w3.org/2000/svg";
const SMALL_CHARACTER = 7.6; // width of one at the size of derivatives
const HEIGHT = 78;

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;
const columns = (text) => [...text].reduce((sum, char) => sum + (WIDE.test(char) ? 2 : 1), 0);

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

/* A drawing of the lesson: {width, height, boxes by place, paths by edge}.

   stage: what render/drawings/stage.py has computed for one direction */
function placed(stage, nodes) {
  const boxes = new Map(stage.boxes.map(([place, x, y, width, layer]) =>
    [place, { node: nodes.get(place), x, y, width, layer }]));
  const paths = new Map(stage.paths.map(([node, position, curve, x, y]) =>
    [`${node} ${position}`, { curve, middle: [x, y] }]));
  return { width: stage.width, height: stage.height, boxes, paths };
}

/* An element of a drawing. */
function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  if (text !== undefined) made.textContent = text;
  return made;
}
