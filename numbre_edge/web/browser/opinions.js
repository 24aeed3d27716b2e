// What a finder, a refiner and a classifier say of the same ink -> what it is worth to believe: decoding/opinions.py.

import { constants, TRUST } from "./constants.js";
import { sigmoid } from "./finding.js";
import { sum } from "./pixels.js";

const { ALIKE, BESIDE, LEAST, LEVEL } = constants("opinions");
const { DIGITS } = constants("vocabulary");
export const TEN = DIGITS.length;

const logarithm = (probability) => Math.log(Math.max(probability, LEAST));
const logit = (probability) => logarithm(probability) - logarithm(1 - probability);

function ofDigits(row) {
  const digits = Array.from(row.slice(0, TEN));
  const all = Math.max(sum(digits), Number.MIN_VALUE);
  return digits.map((probability) => logarithm(probability / all));
}

// Rows of probabilities of the ten digits and of none. `said` of each: heat, classes (of a finder that says so),
// refined, read; and its box.
export function weighed(said) {
  const odds = said.map(({ heat, refined, read }) => {
    const [ink, closer] = [read, refined].map((row) => sum(Array.from(row.slice(0, TEN))));
    return TRUST.bias + TRUST.heat * logit(heat) + TRUST.closer * logit(closer) + TRUST.ink * logarithm(ink);
  });
  return said.map(({ classes, refined, read, box }, at) => {
    const terms = [[TRUST.refiner, refined], [TRUST.classifier, read]];
    if (classes) terms.push([TRUST.finder, classes]);
    const logs = terms.map(([weight, row]) => ofDigits(row).map((value) => weight * value));
    const pooled = logs[0].map((_, digit) => sum(logs.map((values) => values[digit])));
    const powers = pooled.map((value) => Math.exp(value - Math.max(...pooled)));
    const company = said.reduce(
      (most, other, number) => (number !== at && beside(box, other.box) ? Math.max(most, sigmoid(odds[number])) : most),
      0,
    );
    const digit = sigmoid(odds[at] + TRUST.company * company);
    return [...powers.map((power) => (digit * power) / sum(powers)), 1 - digit];
  });
}

// The probabilities of each of MARKS; `said`: heat, and what of the refiner's classes are marks.
export function weighedMark(heat, refined) {
  const closer = sum(refined);
  const likely = sigmoid(TRUST.mark + TRUST.mark_heat * logit(heat) + TRUST.mark_closer * logit(closer));
  return refined.map((share) => (likely * share) / Math.max(closer, Number.MIN_VALUE));
}

export const linked = (ahead, onward) =>
  sigmoid(TRUST.linked + TRUST.ahead * logit(ahead) + TRUST.onward * logit(onward));

function beside([x1, y1, w1, h1], [x2, y2, w2, h2]) {
  const taller = Math.max(h1, h2);
  return Math.abs(y1 + h1 / 2 - (y2 + h2 / 2)) < LEVEL * taller
    && taller < ALIKE * Math.min(h1, h2)
    && Math.max(x1 - (x2 + w2), x2 - (x1 + w1)) < BESIDE * taller;
}
