// The tab Live: the camera's picture, what is in view, and a region to pick.

import { copy, row } from "./reading.js";

const byId = (id) => document.getElementById(id);
const STATES = { open: "Camera open", lost: "Camera lost", ended: "Ended" };

let size = null; // [width, height] of the camera's frames
let region = null; // [x, y, width, height] in their pixels
let events = null;
let paused = false;
let visible = false;

export function startLive(camera) {
  if (!camera) {
    byId("live-state").textContent = "No camera: start with numbre-edge serve --source rpicam (or 0, an address, a video).";
    byId("live-pause").disabled = true;
    byId("live-snapshot").removeAttribute("href");
    return () => {};
  }
  byId("live-pause").addEventListener("click", () => {
    paused = !paused;
    byId("live-pause").setAttribute("aria-pressed", String(paused));
    if (paused) keepStill();
    run();
  });
  byId("live-snapshot").addEventListener("click", () => {
    byId("live-snapshot").download = `snapshot-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.jpg`;
  });
  document.addEventListener("visibilitychange", run); // a browser has six connections to a server; two are ours
  startRegion();
  return (shown) => { visible = shown; run(); };
}

// Watch as long as somebody looks.
function run() {
  const watching = visible && !document.hidden;
  const picture = byId("live-picture");
  const moving = watching && !paused;
  if (moving && !picture.getAttribute("src")) picture.src = "/api/live.mjpg";
  if (!moving) picture.removeAttribute("src");
  picture.hidden = !moving;
  byId("live-still").hidden = !paused;
  if (watching && !events) {
    events = new EventSource("/api/events");
    events.addEventListener("view", ({ data }) => paused || show(JSON.parse(data)));
    events.addEventListener("error", () => {
      byId("live-state").textContent = "The server does not answer. Is it still running?";
      picture.removeAttribute("src");
    });
    events.addEventListener("open", run);
  } else if (!watching && events) {
    events.close();
    events = null;
  }
}

function keepStill() {
  const [picture, still] = [byId("live-picture"), byId("live-still")];
  if (!picture.naturalWidth) return;
  Object.assign(still, { width: picture.naturalWidth, height: picture.naturalHeight });
  still.getContext("2d").drawImage(picture, 0, 0);
}

function show({ source, state, detail, width, height, fps, numbers }) {
  const pace = state === "open" && fps ? `, ${fps} frames a second` : "";
  byId("live-state").textContent = `${STATES[state]}: ${source}${detail ? `, ${detail}` : ""}${pace}`;
  byId("live-state").classList.toggle("wrong", state === "lost");
  const rows = numbers.map(({ text, confidence, box }) => row(text, confidence, box));
  byId("live-numbers").tBodies[0].replaceChildren(...rows);
  if (width && String(size) !== String([width, height])) {
    size = [width, height];
    byId("live-region").setAttribute("viewBox", `0 0 ${width} ${height}`);
    const { x, y, width: w, height: h } = byId("region").elements;
    Object.assign(x, { max: width - 1 });
    Object.assign(y, { max: height - 1 });
    Object.assign(w, { max: width });
    Object.assign(h, { max: height });
  }
}

// A region: from corner to corner by the mouse, or with a finger in each of two, or in figures.
function startRegion() {
  const area = byId("live-region");
  const form = byId("region");
  const fingers = new Map(); // pointer -> [x, y] in the camera's pixels
  let from = null;
  area.addEventListener("pointerdown", (event) => {
    if (!size || event.button) return;
    area.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(area, event));
    from = fingers.size === 1 ? place(area, event) : null;
    if (fingers.size === 2) span(...fingers.values());
  });
  area.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, place(area, event));
    if (fingers.size === 2) span(...fingers.values());
    else if (from) span(from, fingers.get(event.pointerId));
  });
  area.addEventListener("lostpointercapture", (event) => { fingers.delete(event.pointerId); from = null; });
  form.addEventListener("input", () => {
    const sides = ["x", "y", "width", "height"].map((name) => form.elements[name].valueAsNumber);
    if (size && sides.every(Number.isFinite) && sides[2] > 0 && sides[3] > 0) pick(sides, { typed: true });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("region-copy").addEventListener("click", () => copy(byId("region-option").textContent));
}

function place(area, { clientX, clientY }) {
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(area.getScreenCTM().inverse());
  return [Math.min(Math.max(Math.round(x), 0), size[0]), Math.min(Math.max(Math.round(y), 0), size[1])];
}

function span([x1, y1], [x2, y2]) {
  const sides = [Math.min(x1, x2), Math.min(y1, y2), Math.abs(x1 - x2), Math.abs(y1 - y2)];
  if (sides[2] && sides[3]) pick(sides);
}

function pick(sides, { typed = false } = {}) {
  region = sides;
  const rect = byId("live-region").firstElementChild;
  ["x", "y", "width", "height"].forEach((name, at) => {
    rect.setAttribute(name, region[at]);
    if (!typed) byId("region").elements[name].value = region[at];
  });
  byId("region-option").textContent = `--roi ${region.join(",")}`;
  byId("region-copy").disabled = false;
}
