// Reads what the page asks for, one after the other, while the page goes on.

import { greyOf } from "./pixels.js";
import { Told } from "./told.js";

const MOST = 2e8; // pixels; of canvases that are larger still, browsers give nothing but blanks
const reader = import("./reader.js").catch((error) => { // not above: who asks meanwhile must find somebody who listens
  console.error(error);
  throw new Told("The page's own files could not be loaded; load it again.");
});
reader.catch(() => {}); // it is said to who asks
let work = Promise.resolve();

onmessage = ({ data: { number, ...asked } }) => {
  work = work.then(() => read(asked)).then(
    (answer) => postMessage({ number, answer }),
    (error) => postMessage({ number, error: inWords(error) }),
  );
};

function inWords(error) {
  if (error instanceof Told) return error.message;
  console.error(error);
  return "This browser could not read it, maybe for want of memory; try a smaller picture, or load the page again.";
}

async function read({ blob, name, drawing }) {
  const { readDrawing, readPage } = await reader;
  const picture = await pixelsOf(blob);
  const { readings, patches } = await (drawing ? readDrawing : readPage)(greyOf(picture));
  const { width, height } = picture;
  const pictures = await Promise.all(patches.map((own) => Promise.all(own.map(png))));
  return { source: name, frame: 0, width, height, readings, error: null, patches: pictures };
}

// Upright, on white paper where it is transparent.
async function pixelsOf(blob) {
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" }).catch(() => {
    throw new Told("not a picture that this browser can show; try a JPEG or PNG");
  });
  const { width, height } = bitmap;
  if (width * height > MOST) throw new Told("has more than 200 million pixels; scale it down");
  const pen = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  return pen.getImageData(0, 0, width, height);
}

// A patch as a picture, in base64.
async function png(patch) {
  const side = Math.sqrt(patch.length);
  const canvas = new OffscreenCanvas(side, side);
  const data = new ImageData(side, side);
  patch.forEach((level, at) => data.data.set([level, level, level, 255], 4 * at));
  canvas.getContext("2d").putImageData(data, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}
