// Where digits and marks stand: finding/tiles.py, finding/grid.py, finding/finder.py and finding/overlap.py.

import { constants, MODELS, PARTS } from "./constants.js";
import { alone, packed } from "./packing.js";
import { clamp, sum } from "./pixels.js";

const { EVEN, FEW, MARGIN, PAPER } = constants("tiles");
const {
  BOXES_TIMES, CERTAIN, CLASSES, DIGIT_CLASSES, HEIGHT, LARGEST, STRIDE, TOO_HIGH, TOO_LOW, WIDTH,
} = constants("grid");
const { BATCH, MOST } = constants("finder");
const { PART, SMALLER, THIN, UNION } = constants("overlap");

export const sigmoid = (logit) => 1 / (1 + Math.exp(-logit));

export function softmax(logits) {
  const highest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - highest));
  const all = sum(powers);
  return powers.map((power) => power / all);
}

// A level cut into the parts that hold ink, each at most as large as a tile.
export function parts(level, side) {
  const result = [];
  for (const [y, top, bottom] of stretches(level.height, side)) {
    for (const [x, left, right] of stretches(level.width, side)) {
      const [width, height] = [Math.min(side, level.width - x), Math.min(side, level.height - y)];
      const pixels = new Uint8Array(width * height);
      let inked = 0;
      for (let row = 0; row < height; row += 1) {
        const from = (y + row) * level.width + x;
        pixels.set(level.pixels.subarray(from, from + width), row * width);
        for (let column = 0; row % 2 === 0 && column < width; column += 2) {
          inked += Math.abs(pixels[row * width + column] - PAPER) > EVEN;
        }
      }
      if (inked >= FEW / 4) result.push({ x, y, core: [left, top, right, bottom], width, height, pixels });
    }
  }
  return result;
}

function stretches(length, side) {
  const step = side - 2 * MARGIN;
  const count = Math.max(1, Math.ceil((length - 2 * MARGIN) / step));
  return Array.from({ length: count }, (_, number) => [
    Math.floor((number * step) / STRIDE) * STRIDE,
    number === 0 ? -side : MARGIN,
    number === count - 1 ? 2 * side : step + MARGIN,
  ]);
}

const CHANNELS = sum(Object.values(PARTS));
const START = {}; // of each part, the first of its channels
Object.entries(PARTS).reduce((at, [name, channels]) => (START[name] = at) + channels, 0);

// What a tile's answer, all channels of each cell, says of the pixels of a part that begins at x, y; boxes in its pixels.
export function peaks(answer, side, { x: left, y: top, width, height }, threshold) {
  const [columns, rows] = [Math.ceil(width / STRIDE), Math.ceil(height / STRIDE)];
  const value = (column, row, part, channel) => {
    const cell = ((top / STRIDE + row) * side) / STRIDE + left / STRIDE + column;
    return clamp(answer[cell * CHANNELS + START[part] + channel], -CERTAIN, CERTAIN);
  };
  const isTop = (column, row, kind, heat) => {
    for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y += 1) {
      for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x += 1) {
        if (value(x, y, "heat", kind) > heat) return false;
      }
    }
    return true;
  };
  const found = [];
  for (const kind of [0, 1]) {
    for (let cell = 0; cell < columns * rows; cell += 1) {
      const [column, row] = [cell % columns, Math.floor(cell / columns)];
      const said = (part, channel) => value(column, row, part, channel);
      const heat = said("heat", kind);
      if (sigmoid(heat) <= threshold || !isTop(column, row, kind, heat)) continue;
      const box = boxOf([0, 1, 2, 3].map((channel) => said("boxes", channel) / BOXES_TIMES), column, row);
      if (kind === 0 && (box[3] < TOO_LOW || box[3] > TOO_HIGH)) continue;
      const link = sigmoid(said("links", 0));
      found.push({ box, heat: sigmoid(heat), mark: kind === 1, link, classes: classesOf(said, kind) });
    }
  }
  return found;
}

function boxOf([width, height, right, below], column, row) {
  const sizes = [[width, WIDTH], [height, HEIGHT]].map(
    ([written, unit]) => Math.exp(clamp(written, -LARGEST, LARGEST)) * unit,
  );
  const centre = [column + 0.5 + right, row + 0.5 + below].map((cell) => cell * STRIDE);
  return [centre[0] - sizes[0] / 2, centre[1] - sizes[1] / 2, ...sizes];
}

// Which digit it is, of a finder that says so.
function classesOf(said, kind) {
  if (!PARTS.classes || kind === 1) return null;
  return softmax(CLASSES.slice(0, DIGIT_CLASSES).map((_, channel) => said("classes", channel)));
}

// Digits and marks in a picture; boxes in its pixels, surest first. `answer`: tiles' pixels -> what the network gives.
export async function find(scales, answer) {
  const { size: [side], threshold } = MODELS.finder;
  const pending = scales.flatMap((level) => parts(level, side).map((part) => ({ ...part, level })));
  const finest = scales.at(-1);
  const sizes = pending.map(({ height, width }) => [height, width]);
  const tiles = Math.max(finest.width, finest.height) <= side ? packed(sizes, side) : alone(sizes);
  const found = pending.map(() => []); // in this order, whichever tile they are in
  for (let first = 0; first < tiles.length; first += BATCH) {
    const batch = tiles.slice(first, first + BATCH);
    const answers = await answer(batch.map((places) => drawn(pending, places, side)));
    batch.forEach((places, at) => {
      for (const [number, x, y] of places) {
        const { width, height } = pending[number];
        found[number] = owned(pending[number], peaks(answers[at], side, { x, y, width, height }, threshold));
      }
    });
  }
  return suppressed(found.flat().sort((one, other) => other.heat - one.heat).slice(0, MOST));
}

function drawn(pending, places, side) {
  const tile = new Uint8Array(side * side).fill(PAPER);
  for (const [number, x, y] of places) {
    const { width, height, pixels } = pending[number];
    for (let row = 0; row < height; row += 1) {
      tile.set(pixels.subarray(row * width, (row + 1) * width), (y + row) * side + x);
    }
  }
  return tile;
}

// Those found in a part that are its own, in pixels of the picture.
function owned({ x, y, core: [left, top, right, bottom], level }, found) {
  const [across, down] = level.scale;
  const inside = ({ box }) => {
    const [middle, centre] = [box[0] + box[2] / 2, box[1] + box[3] / 2];
    return middle >= left && middle < right && centre >= top && centre < bottom;
  };
  return found.filter(inside).map((one) => {
    const box = [(one.box[0] + x) / across, (one.box[1] + y) / down, one.box[2] / across, one.box[3] / down];
    return { ...one, box, level };
  });
}

// Without what a surer one overlaps; whether it is a digit or a mark stays open.
export function suppressed(found) {
  const kept = [false, true].flatMap((mark) => {
    const own = found.filter((one) => one.mark === mark);
    return standing(own, own.map(({ heat }) => heat), own.map(() => SMALLER)).map((at) => own[at]);
  });
  return kept.sort((one, other) => other.heat - one.heat);
}

// Which of digits and marks stand beside what is likelier than they are.
export function distinct(things, likely) {
  const kept = new Set(standing(things, likely, likely.map((share) => PART * share)));
  return things.map((_, at) => kept.has(at));
}

function standing(things, scores, most) {
  const wide = things.map(({ box }) => widened(box));
  let left = things.map((_, at) => at).sort((one, other) => scores[other] - scores[one]);
  const kept = [];
  while (left.length) {
    const [best, ...rest] = left;
    kept.push(best);
    left = rest.filter((other) => {
      const [union, smaller] = overlap(wide[best], wide[other]);
      return !(union > UNION || (smaller > most[other] && things[best].mark === things[other].mark));
    });
  }
  return kept;
}

function overlap([x1, y1, w1, h1], [x2, y2, w2, h2]) {
  const wide = Math.max(Math.min(x1 + w1, x2 + w2) - Math.max(x1, x2), 0);
  const shared = wide * Math.max(Math.min(y1 + h1, y2 + h2) - Math.max(y1, y2), 0);
  return [shared / (w1 * h1 + w2 * h2 - shared), shared / Math.min(w1 * h1, w2 * h2)];
}

function widened([x, y, width, height]) {
  const wide = Math.max(width, THIN * height);
  return [x - (wide - width) / 2, y, wide, height];
}
