// A picture in grey -> its numbers, as `predict --format jsonl` writes them; and the patches they were read from.

import { constants, MODELS } from "./constants.js";
import { crops, moved, pooled, refined } from "./crops.js";
import { cutOut } from "./cutouts.js";
import { symbolsOf } from "./drawing.js";
import { distinct, find } from "./finding.js";
import { numbersOf } from "./grouping.js";
import { greyAt, levels, scaleOf } from "./levels.js";
import { answers, probabilities } from "./networks.js";
import { linked, TEN, weighed, weighedMark } from "./opinions.js";
import { clamp, rounded, sum } from "./pixels.js";
import { valued } from "./values.js";

const { BELIEVED, LIKELY_MARK } = constants("decoding");
const { MARKS } = constants("vocabulary");
const { NOTHING } = constants("crops");
const { DIGIT_CLASSES } = constants("grid");

const best = (row) => row.indexOf(Math.max(...row.slice(0, TEN)));
const token = (box, more) => ({ box, digit: null, patch: null, linked: null, mark: "", sure: 1, ...more });

// A page by its networks: recognition/learned.py. It is not set upright.
export async function readPage(picture) {
  const scale = scaleOf(picture);
  const page = greyAt(picture, scale);
  const found = await find(levels(page, scale), (tiles) => answers("finder", tiles));
  const look = async (things) => (await answers("refiner", crops(things))).map(refined);
  const seen = (one, said) => ({ ...one, box: whole(one.box), refined: said.classes, onward: said.link });
  const [mayBe, dots] = [found.filter(({ mark }) => !mark), found.filter(({ mark }) => mark)];
  const [first, ofDots] = [await look(mayBe), await look(dots)];
  const there = mayBe.map((one, at) => ({ ...one, box: moved(one.box, first[at].moves) }));
  const again = await look(there);
  const digits = there.map((one, at) => seen(one, pooled(first[at], again[at])));
  const marks = dots.map((one, at) => seen(one, ofDots[at]));
  const patches = cutOut(page, digits.map(({ box }) => box));
  const read = await probabilities(patches);
  const rows = weighed(digits.map((one, at) => ({ ...one, read: read[at] })));
  const signs = marks.map(({ heat, refined: row }) => weighedMark(heat, row.slice(DIGIT_CLASSES, NOTHING)));
  const stands = distinct([...digits, ...marks], [...rows.map((row) => 1 - row[TEN]), ...signs.map(sum)]);
  const placed = (box) => inFrame(box, scale, picture);
  const thought = digits.map(({ box, link, onward }, at) => ({
    box: placed(box), row: rows[at], patch: patches[at], linked: linked(link, onward),
  }));
  const standing = marks.map(({ box }, at) => ({ box: placed(box), row: signs[at] }))
    .filter((_, at) => stands[digits.length + at]);
  return told(grouped(thought.filter((_, at) => stands[at]), standing));
}

// Whole pixels, at least one wide and high.
function whole([x, y, width, height]) {
  const [left, top] = [rounded(x), rounded(y)];
  return [left, top, Math.max(rounded(x + width) - left, 1), Math.max(rounded(y + height) - top, 1)];
}

// geometry.py's in_frame, of a page that is all of its picture.
function inFrame([x, y, width, height], scale, picture) {
  const left = clamp(Math.floor(x / scale), 0, picture.width - 1);
  const top = clamp(Math.floor(y / scale), 0, picture.height - 1);
  const right = clamp(rounded((x + width) / scale), left + 1, picture.width);
  return [left, top, right - left, clamp(rounded((y + height) / scale), top + 1, picture.height) - top];
}

// decoding/__init__.py's grouped.
export function grouped(digits, marks) {
  const tokens = digits.filter(({ row }) => row[best(row)] >= BELIEVED).map(({ box, row, patch, linked: link }) =>
    token(box, { digit: { value: best(row), confidence: row[best(row)] }, patch, linked: link }));
  const signs = marks.map(({ box, row }) => token(box, { mark: MARKS[row.indexOf(Math.max(...row))], sure: sum(row) }));
  const sure = signs.filter((sign) => sign.sure >= LIKELY_MARK);
  const doubts = signs.filter((sign) => sign.sure < LIKELY_MARK)
    .map(({ box: [x, y, width, height], sure: likely }) => [x + width / 2, y + height / 2, likely]);
  return numbersOf([...tokens, ...sure], sure.map(({ box }) => box), doubts);
}

// A drawing by its connected ink, which is not cut where digits touch.
export async function readDrawing(paper) {
  const { digits, points } = symbolsOf(paper);
  const { threshold } = MODELS.classifier;
  const rows = await probabilities(digits.map(({ patch }) => patch));
  const tokens = digits.map(({ box, patch }, at) => {
    const [value, row] = [best(rows[at]), rows[at]];
    const confidence = row[value];
    if (sum(Array.from(row.slice(TEN))) > confidence) return token(box);
    return token(box, { digit: { value: confidence >= threshold ? value : null, confidence }, patch });
  });
  return told(numbersOf(tokens, points));
}

// Numbers as JSON has them, and their patches.
function told(numbers) {
  const share = (value) => Number(value.toFixed(4));
  const written = ({ digit, box }) => ({ digit: digit.value, confidence: share(digit.confidence), box });
  const readings = numbers.map(({ text, confidence, box, digits }) => (
    { text, confidence: share(confidence), box, digits: digits.map(written) }));
  return { readings: valued(readings), patches: numbers.map(({ digits }) => digits.map(({ patch }) => patch)) };
}
