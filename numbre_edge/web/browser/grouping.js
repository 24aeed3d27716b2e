// Digits and other ink -> lines -> numbers, in reading order: decoding/grouping.py.
//
// A token: { box, digit: { value, confidence } or null, patch, linked, mark: "" or one of MARKS, sure }.

import { constants } from "./constants.js";
import { median, sum } from "./pixels.js";

const {
  ABOVE, ENDED, GAP_HEIGHT, GAP_RATIO, GOES_ON, LIKELY, LOOK_BACK, LOW, MIDDLE, ONE_MARK, OVERSHOOT,
  SEEN, SEPARATED, SIGN, THOUSAND,
} = constants("grouping");
const { SEPARATORS, SIGNS } = constants("vocabulary");

const middle = ([, y, , height]) => y + height / 2;
const right = ([x, , width]) => x + width;
const bottom = ([, y, , height]) => y + height;
const pairs = (list) => list.slice(1).map((after, at) => [list[at], after]);
const said = (token) => token.mark || (token.digit.value ?? "?");

// The numbers among `tokens`, each { digits, text, confidence, box }. `parting`: boxes of marks; `doubts`: [x, y, how
// likely], of what may be one and rather is none.
export function numbersOf(tokens, parting, doubts = []) {
  const points = parting.map((box) => [box[0] + box[2] / 2, middle(box)]);
  return lines(tokens).flatMap((line) => numbers(line, points)).map((number) => {
    const digits = number.filter(({ digit }) => digit);
    return {
      digits,
      text: number.map(said).join(""),
      confidence: Math.min(whole(number, doubts), ...digits.map(({ digit }) => digit.confidence)),
      box: around(digits.map(({ box }) => box)),
    };
  });
}

export function around(boxes) {
  const [left, top] = [0, 1].map((axis) => Math.min(...boxes.map((box) => box[axis])));
  return [left, top, Math.max(...boxes.map(right)) - left, Math.max(...boxes.map(bottom)) - top];
}

function lines(tokens) {
  const found = [];
  const passing = new Map(); // strip of the page, a token high -> lines that pass it
  const heights = tokens.filter(({ mark }) => !mark).map(({ box }) => box[3]);
  const strip = heights.length ? median(heights) : 1;
  for (const token of [...tokens].sort((one, other) => one.box[0] - other.box[0])) {
    const [first, last] = [token.box[1], bottom(token.box)].map((y) => Math.floor(y / strip));
    const strips = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    const near = [...new Set(strips.flatMap((place) => [...(passing.get(place) ?? [])]))].sort((a, b) => a - b);
    let [distance, number] = [Infinity, found.length];
    for (const line of near) {
      const own = distanceTo(found[line], token);
      if (own < distance) [distance, number] = [own, line];
    }
    if (number === found.length) found.push([]);
    found[number].push(token);
    for (const place of strips) passing.set(place, (passing.get(place) ?? new Set()).add(number));
  }
  const height = (line) => sum(line.map(({ box }) => middle(box))) / line.length;
  return found.sort((one, other) => height(one) - height(other));
}

function distanceTo(line, token) {
  const level = line.slice(-LOOK_BACK).filter((last) => standsBy(last, token));
  return Math.min(...level.map((last) => Math.abs(middle(last.box) - middle(token.box))));
}

// Whether `token` is on the line of one that is: level with it or its exponent; a comma, at a digit's foot.
function standsBy(before, { box, mark }) {
  if (SEPARATORS.includes(mark)) return before.digit && isWithin(before.box, middle(box), LOW);
  return isLevel(before.box, box) || isExponent(before.box, box);
}

const isBeside = (box, y) => box[1] <= y && y <= bottom(box);
const isLevel = (before, after) => isBeside(before, middle(after)) || isBeside(after, middle(before));

function isExponent(base, box) {
  const away = box[0] - right(base);
  const close = -0.3 * base[2] < away && away < 0.6 * base[3];
  return close && box[3] < 0.85 * base[3] && base[1] < bottom(box) && bottom(box) < bottom(base);
}

function numbers(line, points) {
  let runs = [[]];
  for (const token of marksOnce(withoutSlashes(line))) {
    const last = runs.at(-1).at(-1);
    if (token.mark) {
      if (SIGNS.includes(token.mark) && !(last && isNear(last.box, token.box, SIGN))) runs.push([token]);
      else if (SEPARATORS.includes(token.mark) && last?.digit && isWithin(last.box, middle(token.box), LOW)) {
        runs.at(-1).push(token);
      } else runs.push([]);
      continue;
    }
    if (last && (token.digit ? ends(last, token, runs.at(-1), points) : !goesOn(lastDigit(runs.at(-1))))) runs.push([]);
    if (token.digit) runs.at(-1).push(token);
  }
  runs = runs.map(trimmed).filter((run) => run.length);
  const limit = gapLimit(runs);
  const found = runs.flatMap((run) => inThrees(parts(run, limit)));
  return found.map(trimmed).filter((number) => number.length);
}

// A run, split where a gap is as wide as `limit`, or a finder saw that a number ends.
function parts(run, limit) {
  const found = [[run[0]]];
  for (const [before, after] of pairs(run)) {
    if ((gap(before, after) >= limit && !goesOn(before)) || hasEnded(before, after)) found.push([]);
    found.at(-1).push(after);
  }
  return found;
}

// What a space parts as thousands are, put together: three digits, with which a number likelier goes on than not.
function inThrees(split) {
  const found = [];
  let openEnded = false; // whether thousands may follow
  for (const part of split) {
    const mark = part.findIndex((token) => token.mark);
    const digits = mark < 0 ? part.length : mark;
    const follows = openEnded && digits === THOUSAND && isFollowed(found.at(-1).at(-1), part[0]);
    if (follows) found.at(-1).push(...part);
    else found.push([...part]);
    const marked = part.some((token) => SEPARATORS.includes(token.mark));
    openEnded = !marked && (follows || part.filter(({ digit }) => digit).length <= THOUSAND);
  }
  return found;
}

function isFollowed(last, digit) {
  return last.linked !== null && last.linked >= LIKELY && isNear(last.box, digit.box, SEPARATED);
}

function trimmed(run) {
  const first = run.findIndex(({ digit }) => digit);
  if (first < 0) return [];
  const signed = first > 0 && SIGNS.includes(run[first - 1].mark);
  return run.slice(first - signed, run.findLastIndex(({ digit }) => digit) + 1);
}

// How likely a number is just these digits and marks.
function whole(number, doubts) {
  const links = number.map((token) => token.linked).filter((link) => link !== null);
  const sure = number.map((token) => token.sure);
  const [after, before] = [right(number[0].box), number.at(-1).box[0]];
  for (const [x, y, mark] of doubts) {
    if (x >= after && x < before && number.some(({ box }) => isWithin(box, y, LOW))) sure.push(1 - mark);
  }
  return Math.min(...sure, ...links.slice(0, -1), ...links.slice(-1).map((link) => 1 - link));
}

function isWithin([, y, , height], at, [low, high]) {
  const share = (at - y) / height;
  return low <= share && share <= high;
}

const isNear = (before, after, share) => after[0] - right(before) < share * Math.max(before[3], after[3]);

function withoutSlashes(line) {
  return line.map((token, at) => {
    const [before, after] = [line[at - 1], line[at + 1]];
    if (token.digit?.value !== 1 || !before?.digit || !after?.digit) return token;
    const reach = OVERSHOOT * Math.max(before.box[3], after.box[3]);
    const above = token.box[1] < Math.min(before.box[1], after.box[1]) - reach;
    const below = bottom(token.box) > Math.max(bottom(before.box), bottom(after.box)) + reach;
    return above && below ? { ...token, digit: null, patch: null, linked: null } : token;
  });
}

// Of neighbouring marks that are one, the surest is left; a 7's bar may reach over the point before it.
function marksOnce(line) {
  if (!line.some(({ mark }) => mark)) return line;
  const across = ({ box: [x, , width] }) => 2 * x + width;
  const heights = line.filter(({ digit }) => digit).map(({ box }) => box[3]);
  const reach = ONE_MARK * (heights.length ? median(heights) : 0);
  const result = [];
  for (const token of [...line].sort((one, other) => across(one) - across(other))) {
    const last = result.at(-1);
    if (token.mark && last?.mark && apart(last.box, token.box) < reach) {
      if (token.sure > last.sure) result[result.length - 1] = token;
    } else result.push(token);
  }
  return result;
}

function apart(one, other) {
  const across = one[0] + one[2] / 2 - other[0] - other[2] / 2;
  return Math.max(Math.abs(across), Math.abs(middle(one) - middle(other)));
}

function gapLimit(runs) {
  const gaps = runs.flatMap((run) => pairs(run).filter((pair) => pair.every(({ mark }) => !mark)).map((pair) => gap(...pair)));
  if (gaps.length < 2) return Infinity;
  const height = median(runs.flat().map(({ box }) => box[3]));
  const ordered = gaps.map((gap) => Math.max(gap, 0.15 * height)).sort((a, b) => a - b);
  const wide = ([a, b]) => b > GAP_RATIO * a && b - a > GAP_HEIGHT * height;
  return pairs(ordered).find(wide)?.[1] ?? Infinity;
}

// Pixels between two neighbours; 0 where one of them is a mark, which keeps them together.
const gap = (before, after) => (before.mark || after.mark ? 0 : after.box[0] - right(before.box));
const lastDigit = (run) => run.findLast(({ digit }) => digit) ?? run.at(-1);
const hasEnded = (token, after) =>
  token.linked !== null && (token.linked < ENDED || gap(token, after) > SEEN * token.box[3]);
const goesOn = ({ linked }) => linked !== null && linked >= GOES_ON;

function isRaised(before, after) {
  const [taller, smaller] = [Math.max(before[3], after[3]), Math.min(before[3], after[3])];
  return smaller < 0.75 * taller && Math.abs(middle(before) - middle(after)) > 0.4 * taller;
}

// Whether a number ends before `token`, whose run so far ends with `last`.
function ends(last, token, run, points) {
  if (SIGNS.includes(last.mark)) {
    return !(isNear(last.box, token.box, SIGN) && isWithin(token.box, middle(last.box), MIDDLE));
  }
  const before = lastDigit(run);
  if (last.mark) {
    return isRaised(before.box, token.box) || !(goesOn(before) || isNear(before.box, token.box, SEPARATED));
  }
  return isRaised(last.box, token.box) || isParted(last.box, token.box, points);
}

function isParted(before, after, points) {
  const [top, low] = [Math.min(before[1], after[1]), Math.max(bottom(before), bottom(after))];
  const high = top + ABOVE * (low - top);
  return points.some(([x, y]) => x >= right(before) && x <= after[0] && high < y && y < low);
}
