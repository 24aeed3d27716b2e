// The tab Draw: paper that is read after each stroke.

import { read } from "./ask.js";
import { patches, percent } from "./reading.js";

const PEN = 9; // CSS pixels: a felt pen's
const STEP = 8; // CSS pixels that an arrow key moves the pen
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const byId = (id) => document.getElementById(id);
const strokes = []; // each a list of [x, y] in CSS pixels
let pointer = null; // the finger, pen or mouse that draws; others, as a palm, do not
let keyboard = null; // { at: [x, y], down: bool }, once arrow keys were used
let changes = 0;
let reading = false;
let size = [0, 0]; // of the paper, in CSS pixels, also while its tab is not shown

export function startDraw() {
  const paper = byId("paper");
  paper.addEventListener("pointerdown", (event) => {
    if (event.button || pointer !== null) return;
    pointer = event.pointerId;
    paper.setPointerCapture(event.pointerId);
    keyboard = null;
    strokes.push([place(event)]);
    paint();
  });
  paper.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    strokes.at(-1).push(...(event.getCoalescedEvents?.() ?? [event]).map(place));
    paint();
  });
  paper.addEventListener("lostpointercapture", ({ pointerId }) => {
    if (pointerId === pointer) pointer = null;
    changed();
  });
  paper.addEventListener("keydown", byKeyboard);
  paper.addEventListener("blur", () => {
    const drew = keyboard?.down;
    keyboard = null;
    if (drew) changed();
    else paint();
  });
  byId("draw-undo").addEventListener("click", undo);
  byId("draw-clear").addEventListener("click", () => { strokes.length = 0; pointer = null; changed(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !byId("draw").hidden) undo();
  });
  new ResizeObserver(paint).observe(paper);
  return () => paint();
}

function place({ clientX, clientY }) {
  const { left, top } = byId("paper").getBoundingClientRect();
  return [clientX - left, clientY - top];
}

function byKeyboard(event) {
  const arrow = ARROWS[event.key];
  if (!arrow && event.key !== " ") return;
  event.preventDefault();
  const { clientWidth, clientHeight } = byId("paper");
  keyboard ??= { at: [clientWidth / 8, clientHeight / 4], down: false };
  if (arrow) {
    const [x, y] = keyboard.at;
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    keyboard.at = [within(x + STEP * arrow[0], clientWidth), within(y + STEP * arrow[1], clientHeight)];
    if (keyboard.down) strokes.at(-1).push(keyboard.at);
  } else {
    keyboard.down = !keyboard.down;
    if (keyboard.down) strokes.push([keyboard.at]);
    else changed();
  }
  paint();
}

function undo() {
  strokes.pop();
  pointer = null; // what is being drawn is undone, and goes on no more
  if (keyboard) keyboard.down = false;
  changed();
}

function ink(canvas, scale) {
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  Object.assign(pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#161a22" });
  for (const [first, ...rest] of strokes) {
    pen.beginPath();
    pen.moveTo(...first);
    pen.lineTo(...first); // a dot, if there is no more
    rest.forEach((point) => pen.lineTo(...point));
    pen.stroke();
  }
  return pen;
}

function paint() {
  const paper = byId("paper");
  const scale = devicePixelRatio || 1;
  const [width, height] = [Math.round(paper.clientWidth * scale), Math.round(paper.clientHeight * scale)];
  if (!width) return; // the tab is not shown
  size = [paper.clientWidth, paper.clientHeight];
  if (paper.width !== width || paper.height !== height) Object.assign(paper, { width, height });
  const pen = ink(paper, scale);
  if (keyboard) {
    pen.strokeStyle = pen.fillStyle = "#d55e00";
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(...keyboard.at, PEN, 0, 7);
    if (keyboard.down) pen.fill();
    else pen.stroke();
  }
  byId("draw-undo").disabled = byId("draw-clear").disabled = !strokes.length;
}

async function changed() {
  paint();
  changes += 1;
  if (reading) return; // what is read now is old; it is read again at once
  reading = true;
  if (!byId("draw-state").textContent.trim()) byId("draw-state").textContent = "Reading …"; // networks may still come
  for (let seen = 0; seen !== changes;) {
    seen = changes;
    try {
      show(strokes.length ? await readPaper() : { readings: [] });
    } catch (error) {
      byId("draw-state").textContent = error.message;
    }
  }
  reading = false;
}

async function readPaper() {
  const [width, height] = size;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  ink(canvas, 1);
  return read(await new Promise((resolve) => canvas.toBlob(resolve)), "drawing.png", { drawing: 1 });
}

function show(answer) {
  const { readings } = answer;
  byId("draw-text").textContent = readings.map(({ text }) => text).join("  ") || "\u00a0";
  byId("draw-state").textContent = readings.map(({ text, confidence }) => `${text}: ${percent(confidence)} sure`).join(", ")
    || (strokes.length ? "No number yet." : "\u00a0");
  byId("draw-patches").replaceChildren(...patches(answer));
}
