// Asking for a picture to be read, and showing what was read.

// Options: `preview`, have the picture back as a browser can show it; `drawing`, it is ink and nothing else.
export async function read(blob, name, options = {}) {
  const form = new FormData();
  form.append("file", blob, name);
  const query = new URLSearchParams({ details: 1, ...options });
  for (;;) {
    let answer;
    try {
      answer = await fetch(`/api/read?${query}`, { method: "POST", body: form });
    } catch {
      throw new Error("The server does not answer. Is it still running?");
    }
    if (answer.status === 401) location.reload(); // to the login form
    if (answer.status !== 429) return understood(answer);
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get("Retry-After") || 1)));
  }
}

async function understood(answer) {
  const body = await answer.json().catch(() => ({ error: `status ${answer.status}` }));
  if (!answer.ok) throw new Error(body.error);
  return body;
}

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
