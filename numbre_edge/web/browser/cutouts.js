// The ink in boxes on a page, as 28x28 patches: vision/cutouts.py and vision/normalize.py.

import { constants } from "./constants.js";
import {
  bordered, boundsOf, clamp, cropped, dilated, disc, grey, otsu, quantile, resized, rounded, SQUARE, sum,
} from "./pixels.js";

const { AROUND, FULL, INK } = constants("cutouts");
const { BOX, FRINGE, MIN_STROKE, PATCH, WORK } = constants("normalize");

export function cutOut(page, boxes) {
  const parts = boxes.map((box) => around(page, box, Math.max(2, rounded(AROUND * box[3]))).pixels);
  const parted = parts.map((pixels) => {
    const threshold = pixels.length ? otsu(pixels) : 0;
    return [pixels.filter((level) => level <= threshold), pixels.filter((level) => level > threshold)];
  });
  const votes = parted.map(([dark, light]) => {
    if (!dark.length || !light.length) return 0;
    const all = dark.length + light.length;
    return all * (sum(light) / light.length - sum(dark) / dark.length) * (0.5 - dark.length / all);
  });
  const lightInk = sum(votes) < 0;
  return boxes.map((box, at) => normalize(inkOf(around(page, box, 1), parted[at][lightInk ? 0 : 1], lightInk)));
}

const around = (page, [x, y, width, height], margin) =>
  cropped(page, x - margin, y - margin, x + width + margin, y + height + margin);

function inkOf(part, ground, lightInk) {
  const ink = grey(part.width, part.height);
  if (!part.pixels.length || !ground.length) return ink;
  const paper = rounded(quantile(ground, 0.5));
  const away = part.pixels.map((level) => Math.max(0, lightInk ? level - paper : paper - level));
  const least = INK * Math.max(1, quantile(away, FULL));
  const near = dilated({ ...part, pixels: away.map((level) => level > least) }, SQUARE);
  return { ...ink, pixels: away.map((level, at) => level * near.pixels[at]) };
}

// The ink of one symbol, 255 on 0, any size -> the pixels of a patch.
export function normalize(ink) {
  const peak = ink.pixels.reduce((highest, level) => Math.max(highest, level), 0);
  if (!peak) return new Uint8Array(PATCH * PATCH);
  const [x, y, width, height] = boundsOf(ink, Math.floor(peak * FRINGE));
  let part = cropped(ink, x, y, x + width, y + height);
  if (Math.max(part.width, part.height) > WORK) part = scaled(part, WORK);
  const small = scaled(widened(part), BOX);
  const highest = small.pixels.reduce((most, level) => Math.max(most, level), 0);
  if (!highest) return new Uint8Array(PATCH * PATCH);
  return centred({ ...small, pixels: small.pixels.map((level) => clamp(rounded((level * 255) / highest), 0, 255)) });
}

function scaled(picture, longer) {
  const factor = longer / Math.max(picture.width, picture.height);
  const size = [picture.width, picture.height].map((length) => Math.max(1, rounded(length * factor)));
  return resized(picture, ...size, factor < 1 ? "area" : "linear");
}

// The mean width of a mask's strokes, by its distances to the edge as cv2.distanceTransform (DIST_L2, 3) has them.
export function strokeWidth(mask) {
  const [SIDE, CORNER] = [0.955, 1.3693];
  const { width, height, pixels } = bordered(mask, 1);
  const distances = Float32Array.from(pixels, (level) => (level ? Infinity : 0));
  const shorten = (at, steps) => {
    for (const [step, length] of steps) distances[at] = Math.min(distances[at], distances[at + step] + length);
  };
  const before = [[-width - 1, CORNER], [-width, SIDE], [1 - width, CORNER], [-1, SIDE]];
  const after = before.map(([step, length]) => [-step, length]);
  let ink = 0;
  for (let at = width + 1; at < width * (height - 1) - 1; at += 1) {
    if (!pixels[at]) continue;
    ink += 1;
    shorten(at, before);
  }
  for (let at = width * (height - 1) - 2; at > width; at -= 1) if (pixels[at]) shorten(at, after);
  return (4 * sum(distances)) / Math.max(1, ink) - 1;
}

// Strokes that are too thin for MNIST's scale made wider.
function widened(ink) {
  const longer = Math.max(ink.width, ink.height);
  if (longer <= BOX) return ink;
  const least = Math.floor(0.4 * ink.pixels.reduce((highest, level) => Math.max(highest, level), 0));
  const mask = { ...ink, pixels: ink.pixels.map((level) => level > least) };
  const radius = rounded(((MIN_STROKE * longer) / WORK - strokeWidth(mask)) / 2);
  return radius < 1 ? ink : dilated(bordered(ink, radius), disc(radius));
}

function centred(small) {
  let [all, right, down] = [0, 0, 0];
  small.pixels.forEach((level, at) => {
    all += level;
    right += level * (at % small.width);
    down += level * Math.floor(at / small.width);
  });
  const left = clamp(rounded(PATCH / 2 - right / all), 0, PATCH - small.width);
  const top = clamp(rounded(PATCH / 2 - down / all), 0, PATCH - small.height);
  const patch = new Uint8Array(PATCH * PATCH);
  for (let row = 0; row < small.height; row += 1) {
    patch.set(small.pixels.subarray(row * small.width, (row + 1) * small.width), (top + row) * PATCH + left);
  }
  return patch;
}
