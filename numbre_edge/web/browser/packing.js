// Levels side by side in tiles: finding/packing.py.

import { constants } from "./constants.js";

const { CELL, GAP } = constants("packing");

const step = (length) => Math.ceil((length + GAP) / CELL) * CELL;

// For each tile, which of levels of these heights and widths stand in it, and where: number, x, y.
export function packed(sizes, side) {
  const tiles = [];
  let [x, y, below] = [side, side, side];
  const lowest = sizes.map((_, number) => number).sort((one, other) =>
    sizes[one][0] - sizes[other][0] || sizes[one][1] - sizes[other][1]);
  for (const number of lowest) {
    const [height, width] = sizes[number];
    if (x + width > side) [x, y] = [0, below];
    if (y + height > side) {
      tiles.push([]);
      [x, y] = [0, 0];
    }
    tiles.at(-1).push([number, x, y]);
    [x, below] = [x + step(width), y + step(height)];
  }
  return tiles;
}

// Each in a tile of its own.
export const alone = (sizes) => sizes.map((_, number) => [[number, 0, 0]]);
