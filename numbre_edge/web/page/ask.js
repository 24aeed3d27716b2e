// Asking the server for a picture to be read.

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
  const body = await answer.json().catch(() => ({ error: `The server could not say why (status ${answer.status}).` }));
  if (!answer.ok) throw new Error(body.error);
  return body;
}
