// What is drawn on the page's own paper: dark ink on white, so that each piece of connected ink is a digit.

import { constants } from "./constants.js";
import { normalize, strokeWidth } from "./cutouts.js";
import { around } from "./grouping.js";
import { cropped, dilated, median, SQUARE } from "./pixels.js";

const { SHARE } = constants("binarize");
const { HIGHER, MIN_AREA, MIN_HEIGHT, POINT, SPECK, WIDEST } = constants("components");
const { ABOVE } = constants("symbols");

// What of a drawing may be digits, { box, patch }, and the boxes of what is too small or flat for one.
export function symbolsOf(paper) {
  const ink = { ...paper, pixels: paper.pixels.map((level) => 255 - level) };
  const mask = { ...ink, pixels: ink.pixels.map((level) => level > SHARE * 255) };
  const labels = labelled(mask);
  const symbols = joined(piecesOf(labels, mask));
  const heights = symbols.map(({ box }) => box[3]).sort((a, b) => a - b);
  const low = Math.max(MIN_HEIGHT, SPECK * median(heights.slice(heights.length >> 1)));
  const stroke = strokeWidth(mask);
  const tall = ({ box: [, , width, height] }) =>
    height >= Math.max(low, Math.min(width / WIDEST, HIGHER * stroke));
  return {
    digits: symbols.filter(tall).map((symbol) => ({ box: symbol.box, patch: patchOf(symbol, ink, labels) })),
    points: symbols.filter((one) => !tall(one)).map(({ box }) => box).filter(([, , width, height]) =>
      Math.min(width, height) >= POINT * stroke),
  };
}

// For each pixel the number of the connected ink it is of, from 1; 0 where there is none.
function labelled({ width, height, pixels }) {
  const labels = new Int32Array(width * height);
  let count = 0;
  for (let start = 0; start < pixels.length; start += 1) {
    if (!pixels[start] || labels[start]) continue;
    labels[start] = count += 1;
    for (const waiting = [start]; waiting.length;) {
      const at = waiting.pop();
      for (const [dx, dy] of SQUARE) {
        const [x, y] = [(at % width) + dx, Math.floor(at / width) + dy];
        const next = y * width + x;
        if (x < 0 || y < 0 || x >= width || y >= height || !pixels[next] || labels[next]) continue;
        labels[next] = count;
        waiting.push(next);
      }
    }
  }
  return labels;
}

function piecesOf(labels, { width }) {
  const pieces = new Map(); // number -> left, top, right, bottom, area
  labels.forEach((number, at) => {
    if (!number) return;
    const [x, y] = [at % width, Math.floor(at / width)];
    const [left, top, right, bottom, area] = pieces.get(number) ?? [x, y, x, y, 0];
    pieces.set(number, [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y), area + 1]);
  });
  return [...pieces].filter(([, [, , , , area]]) => area >= MIN_AREA)
    .map(([number, [left, top, right, bottom]]) => (
      { box: [left, top, right - left + 1, bottom - top + 1], labels: [number] }));
}

// Pieces that stand above each other with a small gap are one: vision/symbols.py.
function joined(pieces) {
  const symbols = [];
  for (const piece of pieces.sort((one, other) => other.box[3] - one.box[3])) {
    const whole = symbols.find(({ box }) => belongs(piece.box, box));
    if (!whole) symbols.push(piece);
    else Object.assign(whole, { box: around([piece.box, whole.box]), labels: [...whole.labels, ...piece.labels] });
  }
  return symbols;
}

function belongs([x1, y1, w1, h1], [x2, y2, w2, h2]) {
  const overlap = Math.min(x1 + w1, x2 + w2) - Math.max(x1, x2);
  const gap = Math.max(y1, y2) - Math.min(y1 + h1, y2 + h2);
  const size = Math.max(w2, h2);
  return overlap > 0.5 * w1 && gap < ABOVE * size && Math.max(w1, h1) > 0.1 * size;
}

function patchOf({ box: [x, y, width, height], labels: own }, ink, labels) {
  const part = (picture) => cropped(picture, x - 1, y - 1, x + width + 1, y + height + 1);
  const mine = dilated(part({ ...ink, pixels: Uint8Array.from(labels, (number) => own.includes(number)) }), SQUARE);
  const near = part(ink);
  return normalize({ ...near, pixels: near.pixels.map((level, at) => level * mine.pixels[at]) });
}
