// The tab Photo: pictures in, one after the other; what was read, to look at and to copy.

import { read } from "./ask.js";
import { copy, element, patches, row } from "./reading.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST = 32 * 2 ** 20; // bytes, as the server takes them
const COLUMNS = ["source", "frame", "text", "confidence", "x", "y", "width", "height", "error", "value"];

const answers = [];
let work = Promise.resolve();
let waiting = 0;
let round = 0; // of what is chosen, from one Clear to the next

// `open` goes to this tab.
export function startPhoto(open) {
  const drop = document.getElementById("drop");
  for (const id of ["choose", "shoot"]) {
    document.getElementById(id).addEventListener("change", ({ target }) => {
      take([...target.files]);
      target.value = ""; // the same file may be chosen again
    });
  }
  let visible = true;
  const holdsFiles = ({ dataTransfer }) => dataTransfer.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault(); // or the browser goes to the picture, and all that is here is lost
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget ?? drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    open();
    take([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => visible && take([...event.clipboardData.files]));
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      await copy(FORMATS[button.dataset.copy]());
      say(`Copied as ${button.textContent.replace("Copy ", "")}.`);
    });
  }
  document.getElementById("photo-clear").addEventListener("click", () => {
    answers.length = 0;
    round += 1; // what is still to be read, or being read, is not wanted any more
    document.getElementById("photos").replaceChildren();
    tally();
    document.getElementById("choose").focus();
  });
  return (shown) => { visible = shown; };
}

function take(files) {
  waiting += files.length;
  const mine = round;
  for (const file of files) work = work.then(() => mine === round && one(file, mine)).finally(() => { waiting -= 1; tally(); });
  if (files.length) tally();
}

async function one(file, mine) {
  const card = element("article", { "aria-busy": "true" });
  const view = element("div", { class: "view" });
  const told = element("div", {}, element("h2", {}, file.name), element("p", { class: "state" }, "Reading …"));
  card.append(view, told);
  document.getElementById("photos").append(card);
  const image = element("img", { alt: file.name });
  try {
    if (file.size > MOST) throw new Error("too large: a picture file may have 32 MB; scale it down");
    const displayed = show(image, URL.createObjectURL(file));
    view.append(image);
    let answer = await read(file, file.name);
    if (!(await displayed)) { // a format that this browser does not know
      answer = await read(file, file.name, { preview: 1 });
      await show(image, `data:image/jpeg;base64,${answer.preview}`);
    }
    if (mine !== round) return;
    answers.push(answer);
    view.prepend(paper(answer));
    view.append(boxes(answer));
    image.alt = `${file.name}: ${answer.readings.map(({ text }) => text).join(", ") || "no numbers"}`;
    told.lastChild.replaceWith(...results(answer));
  } catch (error) {
    if (mine !== round) return;
    view.remove();
    answers.push({ source: file.name, frame: 0, width: null, height: null, readings: [], error: error.message });
    told.lastChild.replaceWith(element("p", { class: "wrong" }, error.message));
  }
  card.removeAttribute("aria-busy");
}

function show(image, address) {
  return new Promise((resolve) => {
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
    image.src = address;
  });
}

// What lies behind a picture, which may be transparent: it is read on white.
const paper = ({ width, height }) => drawn(width, height, [{ x: 0, y: 0, width, height, class: "paper" }]);

const boxes = ({ width, height, readings }) => drawn(width, height, readings.map(({ box: [x, y, w, h], text }) => (
  { x, y, width: w, height: h, class: text.includes("?") ? "doubtful" : "sure" })));

function drawn(width, height, rects) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawing.setAttribute("aria-hidden", "true"); // the table says the same
  for (const attributes of rects) {
    const rect = document.createElementNS(SVG, "rect");
    Object.entries(attributes).forEach(([key, value]) => rect.setAttribute(key, value));
    drawing.append(rect);
  }
  return drawing;
}

function results(answer) {
  const found = [];
  if (answer.note) found.push(element("p", { class: "state" }, answer.note));
  if (!answer.readings.length) return [...found, element("p", {}, "No numbers found.")];
  const heads = ["number", "sure", "where"].map((text) => element("th", { scope: "col" }, text));
  const rows = answer.readings.map(({ text, confidence, box }) => row(text, confidence, box));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  return [...found, table, element("div", { class: "patches" }, ...patches(answer))];
}

const plain = ({ source, frame, width, height, readings, error }) => ({ source, frame, width, height, readings, error });

const FORMATS = {
  text: () => answers.flatMap(({ readings }) => readings.map(({ text }) => text)).join("\n"),
  json: () => JSON.stringify(answers.map(plain), null, 1),
  csv: () => [COLUMNS, ...answers.flatMap(rows)].map((cells) => cells.map(quoted).join(",")).join("\n") + "\n",
};

function rows({ source, frame, readings, error }) {
  if (!readings.length) return [[source, frame, "", "", "", "", "", "", error, ""]];
  return readings.map(({ text, confidence, box, value }) => [source, frame, text, confidence, ...box, "", value]);
}

const quoted = (cell) => (/[",\r\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell ?? ""));

function say(text) {
  document.getElementById("photo-state").textContent = text;
}

function tally() {
  const numbers = answers.reduce((sum, { readings }) => sum + readings.length, 0);
  const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  if (waiting) say(`Reading; ${many(waiting, "picture")} to go …`);
  else say(answers.length ? `${many(answers.length, "picture")}, ${many(numbers, "number")}.` : "No pictures yet.");
  for (const button of document.querySelectorAll("#photo-bar button")) button.disabled = !answers.length;
}
