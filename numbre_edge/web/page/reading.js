// Showing what was read.

export const percent = (confidence) => `${Math.round(100 * confidence)}%`;

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function row(text, confidence, [x, y, width, height]) {
  return element("tr", {}, element("td", {}, text), element("td", {}, percent(confidence)),
    element("td", {}, `${x}, ${y}, ${width} × ${height}`));
}

// What the model saw of each digit, and what it took it for.
export function patches(answer) {
  return answer.readings.flatMap((reading, at) => reading.digits.map(({ digit, confidence }, place) => {
    const said = digit === null ? "?" : String(digit);
    const image = element("img", { src: `data:image/png;base64,${answer.patches[at][place]}`, alt: `Seen as ${said}`,
      width: 48, height: 48 });
    return element("figure", {}, image, element("figcaption", {}, `${said} ${percent(confidence)}`));
  }));
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text); // browsers have it on https and on this machine alone
  } catch {
    const area = element("textarea", { "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
