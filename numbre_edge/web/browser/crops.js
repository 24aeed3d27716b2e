// What was found, cut out of its level with what stands beside it, and what a refiner says of it: finding/crops.py.

import { constants } from "./constants.js";
import { sigmoid, softmax } from "./finding.js";
import { clamp, grey, resized, sum, warped } from "./pixels.js";

const { HIGH, HIGH_WIDE, LARGEST, LINKED, NEAR } = constants("crops");
const { PAPER } = constants("light");
const { CERTAIN } = constants("grid");
const [HEIGHT, WIDTH] = NEAR;

// The pixels of each crop: a near view and a wide one below it.
export function crops(found) {
  const halves = new Map();
  return found.map(({ box, mark, level }) => {
    if (!halves.has(level)) halves.set(level, halved(level));
    const [across, down] = level.scale;
    const placed = [box[0] * across, box[1] * down, box[2] * across, box[3] * down];
    return crop(level, halves.get(level), placed, mark);
  });
}

const halved = (level) =>
  resized(level, Math.max(1, level.width >> 1), Math.max(1, level.height >> 1), "area");

export function crop(level, half, [x, y, width, height], mark) {
  const views = grey(WIDTH, 2 * HEIGHT);
  [[level, HIGH], [half, HIGH_WIDE]].forEach(([picture, high], number) => {
    const scale = high / (mark ? HIGH : Math.max(1, height));
    const by = [(scale * level.width) / picture.width, (scale * level.height) / picture.height];
    const to = [
      (WIDTH - 1) / 2 - scale * (x + width / 2) + 0.5 * by[0],
      (HEIGHT - 1) / 2 - scale * (y + height / 2) + 0.5 * by[1],
    ];
    const pixels = views.pixels.subarray(number * WIDTH * HEIGHT, (number + 1) * WIDTH * HEIGHT);
    warped(picture, by, to, { width: WIDTH, height: HEIGHT, pixels }, PAPER);
  });
  return views.pixels;
}

export function refined(answer) {
  const limited = Array.from(answer, (value) => clamp(value, -CERTAIN, CERTAIN));
  return {
    classes: softmax(limited.slice(0, LINKED)),
    link: sigmoid(limited[LINKED]),
    moves: limited.slice(LINKED + 1),
  };
}

// What two looks at the same thing say together; the moves are the first's.
export function pooled(one, other) {
  const classes = one.classes.map((share, at) => Math.sqrt(share * other.classes[at]));
  const all = sum(classes);
  return { ...one, classes: classes.map((share) => share / all), link: (one.link + other.link) / 2 };
}

export function moved([x, y, width, height], [right, down, wide, tall]) {
  const high = Math.max(height, 1);
  const sizes = [wide, tall].map((by) => high * Math.exp(clamp(by, -LARGEST, LARGEST)));
  return [x + width / 2 + high * right - sizes[0] / 2, y + height / 2 + high * down - sizes[1] / 2, ...sizes];
}
