// @ts-check
// A form for every workflow that exposes inputs. The editor replaces this page.

const API = "api/v1";
// What a first visit shows.
const FIRST = "text_to_image";

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

/**
 * Ask the server; what it refuses is an error with its message.
 * @param {string} path @param {RequestInit} [options] @returns {Promise<any>}
 */
async function ask(path, options) {
  const answer = await fetch(`${API}/${path}`, options);
  const told = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) {
    const problems = told.error.details?.problems ?? [told.error];
    throw new Error(problems.map((/** @type {any} */ each) => each.message).join("\n"));
  }
  return told;
}

/** @param {string} path @param {unknown} body */
const post = (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) });

/**
 * Make the control of one input.
 * @param {any} schema @returns {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement}
 */
function control(schema) {
  if (schema.enum) {
    const select = document.createElement("select");
    select.append(...schema.enum.map((/** @type {string} */ each) => new Option(each)));
    select.value = schema.default;
    return select;
  }
  const isLong = schema.type === "string";
  const input = document.createElement(isLong ? "textarea" : "input");
  if (input instanceof HTMLInputElement) {
    input.type = schema.type === "boolean" ? "checkbox" : "text";
    input.checked = schema.default === true;
  }
  input.value = schema.default ?? "";
  return input;
}

/** @param {any} each @param {any} schema @returns {unknown} */
function value(each, schema) {
  if (schema.type === "boolean") return each.checked;
  if (schema.type === "number") return Number(each.value);
  // A seed may be greater than a number can be; the server reads it as text.
  if (each.type === "text") return Number.isSafeInteger(+each.value) ? +each.value : each.value;
  return each.value;
}

/** @type {Map<string, {schema: any, input: any}>} */
const inputs = new Map();

async function showInputs() {
  inputs.clear();
  const path = `workflows/${encodeURIComponent(element("workflow").value)}/schema`;
  const { properties } = (await ask(path)).inputs;
  const labels = Object.entries(properties).map(([name, schema]) => {
    const input = control(schema);
    const label = document.createElement("label");
    label.append(schema.title ?? name, input);
    label.title = schema.description ?? "";
    inputs.set(name, { schema, input });
    return label;
  });
  element("inputs").replaceChildren(...labels);
}

/** @param {string} name */
function showPicture(name) {
  const link = document.createElement("a");
  const picture = new Image();
  const path = `${API}/files/output/${name.split("/").map(encodeURIComponent).join("/")}`;
  link.href = path;
  picture.src = `${path}?thumbnail=512`;
  picture.alt = name;
  link.append(picture);
  element("pictures").prepend(link);
}

/** @param {string | null} job */
function showRunning(job) {
  element("run").disabled = job !== null;
  element("stop").hidden = element("progress").hidden = job === null;
  element("stop").onclick = () => post(`jobs/${job}/cancel`, {});
  element("progress").removeAttribute("value");
}

/** @param {any} event @param {string} job */
function hear(event, job) {
  if (event.job !== job) return;
  if (event.type === "progress") {
    element("progress").max = event.steps;
    element("progress").value = event.step;
  } else if (event.type === "node_finished") {
    for (const file of event.ui?.images ?? []) {
      if (file.type === "output") showPicture([file.subfolder, file.filename].filter(Boolean).join("/"));
    }
  } else if (event.type === "job_changed") {
    element("message").textContent = event.error?.message ?? event.why ?? "";
    if (["succeeded", "failed", "cancelled"].includes(event.state)) showRunning(null);
  }
}

async function run() {
  const given = [...inputs].map(([name, { schema, input }]) => [name, value(input, schema)]);
  element("message").textContent = "";
  const path = `workflows/${encodeURIComponent(element("workflow").value)}/run`;
  const job = await post(path, Object.fromEntries(given));
  showRunning(job.id);
  const address = new URL(`${API}/events?jobs=${job.id}&after=0`, document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.onmessage = (message) => hear(JSON.parse(message.data), job.id);
}

/** @param {() => Promise<void>} work */
const told = (work) => () => work().catch((problem) => (element("message").textContent = problem.message));

element("workflow").onchange = told(showInputs);
element("form").onsubmit = (/** @type {Event} */ event) => {
  event.preventDefault();
  told(run)();
};
told(async () => {
  const { items } = await ask("workflows");
  element("workflow").append(...items.map((/** @type {any} */ each) => new Option(each.title || each.name, each.name)));
  if (items.some((/** @type {any} */ each) => each.name === FIRST)) element("workflow").value = FIRST;
  await showInputs();
  const gallery = await ask("gallery?limit=24");
  for (const each of gallery.items.reverse()) showPicture(each.name);
})();
