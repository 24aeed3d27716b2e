// The tabs, and what several of them need.

import { startDraw } from "./draw.js";
import { startPhoto } from "./photo.js";

const NAMES = ["live", "photo", "draw"].filter((name) => document.getElementById(name)); // no camera without a server
document.getElementById("starting")?.remove();
const tabs = NAMES.map((name) => document.getElementById(`tab-${name}`));
const shown = {}; // name -> told whether its tab is shown

function show(name, { focus = false } = {}) {
  NAMES.forEach((other, at) => {
    const here = other === name;
    tabs[at].setAttribute("aria-selected", String(here));
    tabs[at].tabIndex = here ? 0 : -1;
    document.getElementById(other).hidden = !here;
    if (here && focus) tabs[at].focus();
  });
  NAMES.forEach((other) => shown[other]?.(other === name));
  history.replaceState(null, "", `#/${name}`); // no element's id: a reload would begin there
}

tabs.forEach((tab, at) => {
  tab.addEventListener("click", () => show(NAMES[at]));
  tab.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: NAMES.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(NAMES[(to + NAMES.length) % NAMES.length], { focus: true });
  });
});

shown.photo = startPhoto(() => show("photo"));
shown.draw = startDraw();
const asked = () => NAMES.find((name) => [`#/${name}`, `#${name}`].includes(location.hash));
if (asked()) show(asked());
addEventListener("hashchange", () => asked() && show(asked()));
if (NAMES.includes("live")) {
  const { startLive } = await import("./live.js");
  const camera = await fetch("/api/view").then((answer) => answer.ok).catch(() => false);
  shown.live = startLive(camera);
  if (!asked()) show(camera ? "live" : "photo");
  else if (asked() === "live") show("live"); // whoever has gone on to another tab meanwhile stays there
} else if (!asked()) show(NAMES[0]);
