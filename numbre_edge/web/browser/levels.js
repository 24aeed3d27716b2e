// A page at its size and at octaves of scale, without its light: vision/page.py, finding/levels.py, finding/light.py.

import { constants } from "./constants.js";
import { clamp, grey, resized, rounded } from "./pixels.js";

const { ENLARGE_TO, MAX_ENLARGEMENT, WORKING_SIDE } = constants("page");
const { ENLARGED, LARGEST, OCTAVE } = constants("levels");
const { DEVIATION, NOISE, PAPER, WINDOW } = constants("light");
const { HIGHEST } = constants("grid");

// Working pixels per pixel of a picture.
export function scaleOf({ width, height }) {
  const longer = Math.max(width, height);
  if (longer > WORKING_SIDE) return WORKING_SIDE / longer;
  return longer < ENLARGE_TO ? Math.min(MAX_ENLARGEMENT, ENLARGE_TO / longer) : 1;
}

const sized = (length, scale) => Math.max(1, rounded(length * scale));

export function greyAt(picture, scale) {
  if (scale === 1) return picture;
  const size = [sized(picture.width, scale), sized(picture.height, scale)];
  return resized(picture, ...size, scale < 1 ? "area" : "cubic");
}

// A picture that was so much enlarged at its levels, coarse to fine: each with its scale, across and down.
export function levels(picture, enlarged) {
  const result = [];
  const { width, height } = picture;
  let scale = Math.min(ENLARGED, LARGEST / Math.max(width, height));
  scale /= OCTAVE ** rounded(Math.log2(Math.max(1, enlarged)));
  for (; !result.length || result.at(-1).height > HIGHEST; scale /= OCTAVE) {
    const size = [sized(width, scale), sized(height, scale)];
    const whole = size[0] === width ? picture : resized(picture, ...size, size[0] > width ? "cubic" : "area");
    result.push({ ...normalized(whole), scale: [size[0] / width, size[1] / height] });
  }
  return result.reverse();
}

// Each pixel's distance from its neighbourhood's mean in its neighbourhood's deviations.
export function normalized({ width, height, pixels }) {
  const means = boxMeans(pixels, width, height);
  const squares = boxMeans(Uint16Array.from(pixels, (level) => level * level), width, height);
  const result = grey(width, height);
  const { fround } = Math;
  for (let at = 0; at < pixels.length; at += 1) {
    const mean = fround(means[at]);
    const deviation = fround(Math.sqrt(Math.max(fround(fround(squares[at]) - fround(mean * mean)), 0)));
    const distance = fround(fround(DEVIATION * fround(pixels[at] - mean)) / fround(deviation + NOISE));
    result.pixels[at] = clamp(fround(distance + PAPER), 0, 255);
  }
  return result;
}

// The mean of the window around each pixel; beyond the border the picture is mirrored.
function boxMeans(values, width, height) {
  const across = new Float64Array(width * height);
  const columns = mirrored(width);
  for (let start = 0; start < across.length; start += width) {
    let all = 0;
    for (let at = 0; at < WINDOW - 1; at += 1) all += values[start + columns[at]];
    for (let x = 0; x < width; x += 1) {
      all += values[start + columns[x + WINDOW - 1]];
      across[start + x] = all;
      all -= values[start + columns[x]];
    }
  }
  const result = new Float64Array(width * height);
  const all = new Float64Array(width); // of each column
  const rows = mirrored(height);
  const add = (row, sign) => { for (let x = 0; x < width; x += 1) all[x] += sign * across[row * width + x]; };
  for (let at = 0; at < WINDOW - 1; at += 1) add(rows[at], 1);
  for (let y = 0; y < height; y += 1) {
    add(rows[y + WINDOW - 1], 1);
    for (let x = 0; x < width; x += 1) result[y * width + x] = all[x] / WINDOW ** 2;
    add(rows[y], -1);
  }
  return result;
}

// Where a window's places from half of it before the first pixel to half of it after the last lie in the picture.
function mirrored(length) {
  const half = WINDOW >> 1;
  return Int32Array.from({ length: length + 2 * half }, (_, at) => {
    let place = length === 1 ? 0 : at - half;
    while (place < 0 || place >= length) place = place < 0 ? -place : 2 * (length - 1) - place;
    return place;
  });
}
