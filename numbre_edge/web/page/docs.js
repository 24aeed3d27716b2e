// openapi.json, for people.

import { element } from "./reading.js";

const api = await (await fetch("/openapi.json")).json();
const resolved = (item) => (item.$ref ? item.$ref.split("/").slice(1).reduce((at, key) => at[key], api) : item);
const cells = (...texts) => element("tr", {}, ...texts.map((text) => element("td", {}, text)));

document.getElementById("about").textContent = api.info.description;
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, { summary, description = "", parameters = [], requestBody, responses }] of Object.entries(methods)) {
    const taken = parameters.map((each) => cells(`?${each.name}=${each.schema.enum}`, each.description));
    if (requestBody) {
      taken.push(cells("body", `${Object.keys(requestBody.content).join(" or ")}. ${requestBody.description}`));
    }
    const answered = Object.entries(responses).map(([status, answer]) => {
      const { description: text, content } = resolved(answer);
      const own = answer.$ref ? text.match(new RegExp(`${status} ([^,.]+)`))?.[1] ?? text : text;
      return cells(status, `${own} (${Object.keys(content).join(", ")})`);
    });
    document.getElementById("paths").append(
      element("h2", {}, element("span", { class: "code" }, `${method.toUpperCase()} ${path}`)),
      element("p", {}, `${summary}. ${description}`),
      element("table", {}, element("tbody", {}, ...taken, ...answered)),
    );
  }
}
