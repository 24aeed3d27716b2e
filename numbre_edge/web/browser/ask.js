// Asking this browser itself for a picture to be read: it stands in the place of the server's ask.js.

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const waiting = new Map(); // number of a question -> the two ends of its promise
let asked = 0;
let broken = null;

worker.onmessage = ({ data: { number, answer, error } }) => {
  const { resolve, reject } = waiting.get(number);
  waiting.delete(number);
  if (error === undefined) resolve(answer);
  else reject(new Error(error));
};
worker.onerror = () => {
  broken = new Error("The page's own files could not be loaded; load it again.");
  for (const { reject } of waiting.values()) reject(broken);
};

// Options: `drawing`, it is ink and nothing else.
export function read(blob, name, { drawing = false } = {}) {
  return new Promise((resolve, reject) => {
    if (broken) throw broken;
    asked += 1;
    waiting.set(asked, { resolve, reject });
    worker.postMessage({ number: asked, blob, name, drawing: Boolean(drawing) });
  });
}
