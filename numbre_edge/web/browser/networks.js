// The same .onnx files as everywhere, run by onnxruntime-web.

import { constants, MODELS } from "./constants.js";
import * as ort from "./ort.js";
import { Told } from "./told.js";

const here = (name) => new URL(`./${name}`, import.meta.url).href;
ort.env.wasm.numThreads = 1; // more need headers that a plain server of files does not send
ort.env.wasm.wasmPaths = { mjs: here("ort-wasm.js"), wasm: here("ort-wasm.wasm") };

const { BATCH } = constants("checked");
// All are loaded at once, while somebody still looks for a picture; what fails is said to who asks for it.
const sessions = Object.fromEntries(Object.keys(MODELS).map((name) => [name, opened(name)]));
for (const session of Object.values(sessions)) session.catch(() => {});

async function opened(name) {
  const { file } = MODELS[name];
  try {
    return await ort.InferenceSession.create(here(file));
  } catch (error) {
    console.error(error);
    throw new Told(`${file} could not be loaded; load the page again.`);
  }
}

// What a network gives of each of `inputs`, the pixels of as many patches, tiles or crops.
export async function answers(name, inputs) {
  const network = await sessions[name];
  const given = [];
  for (let at = 0; at < inputs.length; at += BATCH) {
    const batch = inputs.slice(at, at + BATCH);
    const pixels = new Uint8Array(batch.length * batch[0].length);
    batch.forEach((one, number) => pixels.set(one, number * one.length));
    const taken = new ort.Tensor("uint8", pixels, [batch.length, ...MODELS[name].size]);
    const { data } = (await network.run({ [network.inputNames[0]]: taken }))[network.outputNames[0]];
    const each = data.length / batch.length;
    batch.forEach((_, number) => given.push(data.subarray(number * each, (number + 1) * each)));
  }
  return given;
}

// The classifier's probabilities of each of `patches`, calibrated as decoding/probabilities.py does.
export async function probabilities(patches) {
  const { temperature } = MODELS.classifier;
  const shares = (row) => {
    const all = row.reduce((total, value) => total + value, 0);
    return row.map((value) => value / all);
  };
  return (await answers("classifier", patches)).map((row) => {
    const given = shares(Float64Array.from(row, (value) => Math.max(value, 0)));
    return temperature === 1 ? given : shares(given.map((value) => Math.max(value, 1 / 512) ** (1 / temperature)));
  });
}
