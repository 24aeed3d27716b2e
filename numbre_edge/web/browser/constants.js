// The reader's numbers, as Python has them: none is written a second time here.

const told = await (await fetch(new URL("./reader.json", import.meta.url))).json();

// One that is not there is said, instead of being undefined in a sum.
const strict = (values, where) => new Proxy(values, {
  get(target, name) {
    if (!(name in target)) throw new Error(`reader.json has no ${where} ${String(name)}`);
    return target[name];
  },
});

// The constants of the module of numbre_edge that has that name.
export const constants = (module) => strict(told.constants[module], module);

export const MODELS = strict(Object.fromEntries(
  Object.entries(told.models).map(([name, model]) => [name, strict(model, name)]),
), "models");
export const TRUST = strict(told.trust, "trust");
export const PARTS = told.parts; // channels of one cell of a finder's answer, in order
