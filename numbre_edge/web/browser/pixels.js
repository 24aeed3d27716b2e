// Pictures in grey, { width, height, pixels: Uint8Array }, and what OpenCV does to them: the same levels, or one off.

export const grey = (width, height, fill = 0) => ({ width, height, pixels: new Uint8Array(width * height).fill(fill) });

// To the nearest whole number, halves to the even one: as Python's round, and OpenCV's cvRound.
export function rounded(value) {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const sum = (values) => values.reduce((total, value) => total + value, 0);

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// cv2.cvtColor(BGR2GRAY), of a canvas' RGBA.
export function greyOf({ width, height, data }) {
  const result = grey(width, height);
  for (let at = 0, from = 0; at < result.pixels.length; at += 1, from += 4) {
    result.pixels[at] = (9798 * data[from] + 19235 * data[from + 1] + 3735 * data[from + 2] + 16384) >> 15;
  }
  return result;
}

// What of a picture lies in x, y, width, height, as far as it does.
export function cropped({ width, height, pixels }, x, y, right, bottom) {
  [x, y, right, bottom] = [Math.max(0, x), Math.max(0, y), Math.min(width, right), Math.min(height, bottom)];
  const part = grey(Math.max(0, right - x), Math.max(0, bottom - y));
  for (let row = 0; row < part.height; row += 1) {
    const from = (y + row) * width + x;
    part.pixels.set(pixels.subarray(from, from + part.width), row * part.width);
  }
  return part;
}

// A picture with `margin` more pixels, of 0, on each side.
export function bordered({ width, height, pixels }, margin) {
  const result = grey(width + 2 * margin, height + 2 * margin);
  for (let row = 0; row < height; row += 1) {
    result.pixels.set(pixels.subarray(row * width, (row + 1) * width), (row + margin) * result.width + margin);
  }
  return result;
}

// For each pixel of a new length those of the old one it is made of, and how much of each.
const TAPS = {
  area(from, to) {
    const scale = from / to;
    return Array.from({ length: to }, (_, at) => {
      const low = at * scale;
      const high = Math.min(low + scale, from);
      const taps = [];
      for (let place = Math.floor(low); place < high; place += 1) {
        const share = Math.min(place + 1, high) - Math.max(place, low);
        if (share > 1e-3) taps.push([place, share]);
      }
      const all = sum(taps.map(([, share]) => share));
      return taps.map(([place, share]) => [place, share / all]);
    });
  },
  linear: (from, to) => interpolated(from, to, (x) => [[0, 1 - x], [1, x]]),
  cubic: (from, to) => interpolated(from, to, (x) => {
    const A = -0.75;
    const near = (d) => ((A + 2) * d - (A + 3)) * d * d + 1;
    const far = ((A * (x + 1) - 5 * A) * (x + 1) + 8 * A) * (x + 1) - 4 * A;
    return [[-1, far], [0, near(x)], [1, near(1 - x)], [2, 1 - far - near(x) - near(1 - x)]];
  }),
};

function interpolated(from, to, weights) {
  return Array.from({ length: to }, (_, at) => {
    const place = (at + 0.5) * (from / to) - 0.5;
    const floor = Math.floor(place);
    return weights(place - floor).map(([offset, weight]) => [clamp(floor + offset, 0, from - 1), weight]);
  });
}

// cv2.resize; `method` is area, linear or cubic.
export function resized(picture, width, height, method) {
  const across = TAPS[method](picture.width, width);
  const down = TAPS[method](picture.height, height);
  const rows = new Map(); // of the picture, made as wide as the result
  const row = (y) => {
    if (rows.has(y)) return rows.get(y);
    const line = new Float32Array(width);
    const start = y * picture.width;
    for (let x = 0; x < width; x += 1) {
      let value = 0;
      for (const [from, weight] of across[x]) value += weight * picture.pixels[start + from];
      line[x] = value;
    }
    rows.set(y, line);
    return line;
  };
  const halved = picture.width === 2 * width && picture.height === 2 * height;
  const level = method === "area" && !halved ? rounded : (value) => Math.floor(value + 0.5);
  const result = grey(width, height);
  const line = new Float64Array(width);
  for (let y = 0; y < height; y += 1) {
    line.fill(0);
    for (const [from, weight] of down[y]) {
      const source = row(from);
      for (let x = 0; x < width; x += 1) line[x] += weight * source[x];
    }
    for (let x = 0; x < width; x += 1) result.pixels[y * width + x] = clamp(level(line[x]), 0, 255);
    for (const known of rows.keys()) if (known < down[y][0][0]) rows.delete(known);
  }
  return result;
}

// cv2.warpAffine by [across, down] pixels of the view a pixel, and to [x, y] in it; `ground` lies around the picture.
export function warped({ width, height, pixels }, [across, down], [left, top], view, ground) {
  const [across32, down32, left32, top32] = [across, down, left, top].map(Math.fround);
  const at = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? ground : pixels[y * width + x]);
  for (let row = 0; row < view.height; row += 1) {
    const y = (row - top32) / down32;
    const y0 = Math.floor(y);
    for (let column = 0; column < view.width; column += 1) {
      const x = (column - left32) / across32;
      const x0 = Math.floor(x);
      const upper = at(x0, y0) + (x - x0) * (at(x0 + 1, y0) - at(x0, y0));
      const lower = at(x0, y0 + 1) + (x - x0) * (at(x0 + 1, y0 + 1) - at(x0, y0 + 1));
      view.pixels[row * view.width + column] = rounded(upper + (y - y0) * (lower - upper));
    }
  }
}

// cv2.dilate: the highest of each pixel and those at `offsets`, [x, y], from it.
export function dilated({ width, height, pixels }, offsets) {
  const result = grey(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let highest = 0;
      for (const [dx, dy] of offsets) {
        const [column, row] = [x + dx, y + dy];
        if (column < 0 || row < 0 || column >= width || row >= height) continue;
        highest = Math.max(highest, pixels[row * width + column]);
      }
      result.pixels[y * width + x] = highest;
    }
  }
  return result;
}

export const SQUARE = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dx, dy]));

// cv2.getStructuringElement(MORPH_ELLIPSE).
export function disc(radius) {
  const offsets = [];
  for (let dy = -radius; dy <= radius; dy += 1) {
    const reach = rounded(radius * Math.sqrt((radius * radius - dy * dy) / (radius * radius)));
    for (let dx = -reach; dx <= reach; dx += 1) offsets.push([dx, dy]);
  }
  return offsets;
}

// The box around what is more than `threshold`: [x, y, width, height].
export function boundsOf({ width, height, pixels }, threshold = 0) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (pixels[y * width + x] <= threshold) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    }
  }
  return right ? [left, top, right - left, bottom - top] : [0, 0, 0, 0];
}

export function histogramOf(pixels) {
  const counts = new Float64Array(256);
  for (const level of pixels) counts[level] += 1;
  return counts;
}

// The level that parts a picture in dark and light (N. Otsu, 1979).
export function otsu(pixels) {
  const counts = histogramOf(pixels);
  const all = pixels.length;
  const mean = counts.reduce((total, count, level) => total + level * count, 0) / all;
  let [dark, darkMean, best, threshold] = [0, 0, 0, 0];
  for (let level = 0; level < 256; level += 1) {
    const share = counts[level] / all;
    darkMean *= dark;
    dark += share;
    if (Math.min(dark, 1 - dark) < 2 ** -23 || Math.max(dark, 1 - dark) > 1 - 2 ** -23) continue;
    darkMean = (darkMean + level * share) / dark;
    const lightMean = (mean - dark * darkMean) / (1 - dark);
    const between = dark * (1 - dark) * (darkMean - lightMean) ** 2;
    if (between > best) [best, threshold] = [between, level];
  }
  return threshold;
}

// np.quantile.
export function quantile(pixels, share) {
  const counts = histogramOf(pixels);
  const place = share * (pixels.length - 1);
  const ranked = (rank) => {
    let level = 0;
    for (let seen = counts[0]; seen <= rank; seen += counts[level]) level += 1;
    return level;
  };
  const low = ranked(Math.floor(place));
  return low + (place % 1) * (ranked(Math.ceil(place)) - low);
}
