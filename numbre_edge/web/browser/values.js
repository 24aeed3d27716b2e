// Numbers as written -> their values, where there is but one that they can have: decoding/values.py.

import { constants } from "./constants.js";

const { SEPARATORS, SIGNS } = constants("vocabulary");
const [POINT, COMMA] = SEPARATORS;

// The readings of one picture, with their values.
export function valued(readings) {
  const told = readings.map(({ text }) => [...values(unsigned(text)).keys()]).filter((marks) => marks.length === 1);
  const marks = new Set(told.map(([mark]) => mark).filter((mark) => mark !== null));
  const decimal = marks.size === 1 ? [...marks][0] : null;
  return readings.map((reading) => ({ ...reading, value: valueOf(reading.text, decimal) }));
}

const unsigned = (text) => (SIGNS.includes(text[0]) ? unsigned(text.slice(1)) : text);

function valueOf(text, decimal) {
  const fits = (mark) => decimal === null || mark === null || mark === decimal;
  const meant = new Set([...values(unsigned(text))].filter(([mark]) => fits(mark)).map(([, value]) => value));
  return meant.size === 1 ? (text.startsWith("-") ? -1 : 1) * [...meant][0] : null;
}

// What a number can be, by the mark that would then stand before decimals; null: none does.
function values(digits) {
  const found = new Map();
  if (/^\d+$/.test(digits)) return found.set(null, Number(digits));
  for (const [mark, other] of [[POINT, COMMA], [COMMA, POINT]]) {
    const thousands = new RegExp(`^[1-9]\\d{0,2}(?:\\${other}\\d{3})+$`);
    const at = digits.indexOf(mark);
    const [whole, rest] = at < 0 ? [digits, ""] : [digits.slice(0, at), digits.slice(at + 1)];
    if (thousands.test(digits)) found.set(mark, Number(digits.replaceAll(other, "")));
    else if (/^\d+$/.test(rest) && (thousands.test(whole) || /^\d+$/.test(whole))) {
      found.set(mark, Number(`${whole.replaceAll(other, "")}.${rest}`));
    }
  }
  return found;
}
