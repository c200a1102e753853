// @ts-check
// The list of runs. What it shows is asked of the server; events only say when to ask again.
"use strict";

const PAGE = 12;
/** @type {Record<string, string>} */
const STATES = {
  queued: "Waiting",
  running: "Running",
  paused: "Paused",
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};
const PICTURES = /\.(png|jpe?g|webp|gif|avif|bmp)$/i;
const FILMS = /\.(mp4|webm|mov)$/i;
const SOUNDS = /\.(wav|mp3|flac|ogg|opus|m4a)$/i;

/** @typedef {{root: any, caption: any, state: any, bar: any, note: any, preview: any, results: any, cancel: any}} Card */

/** @type {Map<string, Card>} */
const cards = new Map();
/** Titles of the nodes of jobs that run. @type {Map<string, Promise<Record<string, any>>>} */
const nodesOf = new Map();
let wanted = PAGE;
let mustAskAgain = false;
/** @type {Promise<void> | null} */
let asking = null;

/** Show the runs as they are now; calls that come meanwhile share one more question. */
function refresh() {
  mustAskAgain = true;
  asking = asking || askUntilShown().finally(() => (asking = null));
  return asking;
}

async function askUntilShown() {
  while (mustAskAgain) {
    mustAskAgain = false;
    const { items, total } = await ask(`jobs?limit=${wanted}`);
    for (const id of cards.keys()) if (!items.some((/** @type {any} */ job) => job.id === id)) remove(id);
    items.map(showJob).forEach(put);
    element("none").hidden = total > 0;
    element("more").hidden = total <= items.length;
  }
}

/** Put a run in its place; one that is there is not touched, so that its buttons keep the focus.
 * @param {Element} run @param {number} place */
function put(run, place) {
  const { children } = element("runs");
  if (children[place] !== run) element("runs").insertBefore(run, children[place] || null);
}

/** Refresh, if the server can be reached; whether it can is said elsewhere on the page. */
const look = () => refresh().catch(() => {});

/** @param {string} id */
function remove(id) {
  cardOf(id).root.remove();
  cards.delete(id);
  nodesOf.delete(id);
}

/** @param {string} id @returns {Card} */
function cardOf(id) {
  let card = cards.get(id);
  if (!card) cards.set(id, (card = newCard(id)));
  return card;
}

/** @param {string} id @returns {Card} */
function newCard(id) {
  const caption = make("h2");
  const state = make("span", { className: "state" });
  const cancel = make("button", { type: "button", className: "small" }, "Cancel");
  cancel.onclick = saying(() => post(`jobs/${id}/cancel`, {}));
  const bar = make("progress", { hidden: true });
  const note = make("p", { className: "note" });
  note.setAttribute("role", "status");
  const preview = make("img", { className: "preview", alt: "Preview", hidden: true });
  const results = make("div", { className: "results" });
  const root = make("li", {}, make("header", {}, caption, state, cancel), bar, note, preview, results);
  return { root, caption, state, bar, note, preview, results, cancel };
}

/** @param {any} job */
function showJob(job) {
  const card = cardOf(job.id);
  const isRunning = job.state === "running";
  const hasEnded = ["succeeded", "failed", "cancelled"].includes(job.state);
  card.caption.textContent = card.caption.title = captionOf(job);
  card.state.textContent = STATES[job.state] + (job.ended && job.started ? lasted(job) : "");
  card.root.className = job.state;
  card.cancel.hidden = hasEnded;
  card.bar.hidden = !isRunning;
  if (!isRunning) card.preview.hidden = true;
  if (!isRunning) card.note.textContent = job.error ? sentences(job.error) : "";
  if (hasEnded) nodesOf.delete(job.id);
  for (const each of job.progress) showProgress(job.id, each.node, each.step, each.steps);
  showResults(card, job);
  return card.root;
}

/** @param {any} job */
function captionOf(job) {
  const texts = Object.values(job.values).filter((each) => typeof each === "string" && each !== "");
  const first = job.values.prompt || texts[0] || "";
  return first ? `${job.title || "Untitled"}: ${first}` : job.title || "Untitled";
}

/** @param {any} job */
function lasted(job) {
  const seconds = job.ended - job.started;
  const word = job.state === "succeeded" ? "in" : "after";
  if (seconds < 60) return ` ${word} ${seconds.toFixed(1)} s`;
  return ` ${word} ${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** @param {Card} card @param {any} job */
function showResults(card, job) {
  const files = job.outputs.filter((/** @type {any} */ each) => each.url);
  const shown = JSON.stringify([files, job.shown]);
  if (card.results.dataset.shown === shown) return; // pictures that are there are not loaded again
  card.results.dataset.shown = shown;
  const texts = Object.values(job.shown).flatMap((each) => Object.values(each)).flat();
  const said = texts.filter((each) => typeof each === "string").map((each) => make("pre", {}, each));
  card.results.replaceChildren(...files.map(resultOf), ...said);
}

/** @param {{kind: string, name: string}} file */
function resultOf({ kind, name }) {
  const href = `${API}/files/${kind}/${escaped(name)}`;
  if (FILMS.test(name)) return make("video", { src: href, controls: true, loop: true, muted: true });
  if (SOUNDS.test(name)) return make("audio", { src: href, controls: true });
  if (!PICTURES.test(name)) return make("a", { href: `${href}?download`, className: "file" }, name);
  const picture = make("img", { src: `${href}?thumbnail=512`, alt: name, loading: "lazy" });
  return make("a", { href, title: name }, picture);
}

/** @param {string} id @param {string} node @param {number} [step] @param {number} [steps] */
async function showProgress(id, node, step, steps) {
  if (!nodesOf.has(id)) nodesOf.set(id, ask(`jobs/${id}/document`).then((found) => found.nodes || {}, () => ({})));
  const nodes = await nodesOf.get(id);
  const card = cards.get(id);
  if (!card || !nodes || !nodesOf.has(id)) return;
  const found = nodes[node] || nodes[node.split(":")[0]] || {};
  const title = found.title || found.type || `Node ${node}`;
  card.note.textContent = steps ? `${title}: ${step} of ${steps}` : title;
  if (steps) Object.assign(card.bar, { max: steps, value: step });
  else card.bar.removeAttribute("value");
}

/** @param {any} event */
function hear(event) {
  if (event.type === "progress") showProgress(event.job, event.node_id, event.step, event.steps);
  else if (event.type === "node_started") showProgress(event.job, event.node_id);
  else if (event.job) look();
}

/** @param {{job: string}} header @param {Blob} picture */
function showPreview(header, picture) {
  const card = cards.get(header.job);
  if (!card || !card.root.classList.contains("running")) return;
  URL.revokeObjectURL(card.preview.src);
  card.preview.src = URL.createObjectURL(picture);
  card.preview.hidden = false;
}
