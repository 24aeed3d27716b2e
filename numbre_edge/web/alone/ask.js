// Asking this browser itself for a picture to be read: it stands in the place of the server's ask.js.

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const waiting = []; // of each question its Promise's two ends

worker.onmessage = ({ data: { number, answer, error } }) => {
  if (error) waiting[number].reject(new Error(error));
  else waiting[number].resolve(answer);
};
worker.onerror = () => {
  for (const { reject } of waiting) reject(new Error("The page's own files could not be loaded. Load it again."));
};

// Options: `drawing`, it is ink and nothing else.
export function read(blob, name, { drawing = false } = {}) {
  return new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    worker.postMessage({ number: waiting.length - 1, blob, name, drawing: Boolean(drawing) });
  });
}
