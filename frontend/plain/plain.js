// @ts-check
// A form for every workflow, and what came of its runs. The script is no module and loads none.
"use strict";

// What a first visit shows.
const FIRST = "text_to_image";
const LAST = "sfumato.plain.workflow";
// The runs are below the form, as in the style sheet.
const isNarrow = matchMedia("(max-width: 48rem)");

/** @type {Map<string, Field>} */
const fields = new Map();

/** @returns {string} */
const chosen = () => encodeURIComponent(element("workflow").value);

async function showInputs() {
  element("run").disabled = true;
  const name = element("workflow").value;
  const { description, inputs } = await ask(`workflows/${chosen()}/schema`);
  if (name !== element("workflow").value) return; // another one was chosen meanwhile
  fields.clear();
  for (const [each, schema] of Object.entries(inputs.properties)) fields.set(each, fieldOf(each, schema));
  element("about").textContent = description;
  element("inputs").replaceChildren(...[...fields.values()].map((field) => field.element));
  element("run").disabled = false;
  localStorage.setItem(LAST, name);
}

async function run() {
  const given = [...fields].map(([name, field]) => [name, field.value()]);
  const body = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  element("run").disabled = true;
  try {
    const { id } = await post(`workflows/${chosen()}/run`, body);
    await refresh();
    if (isNarrow.matches) cardOf(id).root.scrollIntoView({ behavior: "smooth" });
  } finally {
    element("run").disabled = false;
  }
}

async function start() {
  const { items } = await ask("workflows");
  const names = items.map((/** @type {any} */ each) => each.name);
  element("workflow").append(...items.map((/** @type {any} */ each) => new Option(each.title || each.name, each.name)));
  const first = [localStorage.getItem(LAST), FIRST].find((each) => names.includes(each));
  if (first) element("workflow").value = first;
  if (items.length) await showInputs();
}

element("workflow").onchange = saying(showInputs);
element("form").onsubmit = (/** @type {Event} */ event) => {
  event.preventDefault();
  saying(run)();
};
element("more").onclick = () => {
  wanted = Math.min(wanted + PAGE, 500);
  saying(refresh)();
};
saying(start)();
listen(look, hear, showPreview);
