// @ts-check
/** The bundled workflows, over an empty graph. */

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { fetchWorkflow, openNamed, titleOf } from "../files/opening.js";
import { t } from "../i18n.js";
import { icon } from "./icons.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../files/opening.js").Entry} Entry */

const bundled = signal(/** @type {readonly Entry[]} */ ([]));
const MOST = 6;
/** What is wanted most, and needs no file that one would have to fetch first; the others are in the dialog. */
const FIRST = ["text_to_image", "image_to_image", "inpaint", "outpaint", "hires_fix", "cycle_diffusion"];

/** @param {Entry} entry */
const place = ({ name }) => (FIRST.includes(name) ? FIRST.indexOf(name) : MOST);

/** @param {App} app */
async function load(app) {
  if (bundled.peek().length) return;
  const answer = await app.api.get("workflows").catch(() => ({ items: [] }));
  const entries = /** @type {Entry[]} */ (answer.items).filter((each) => each.is_bundled);
  bundled.value = entries.toSorted((a, b) => place(a) - place(b));
}

/** @param {{ app: App }} props */
export default function Templates({ app }) {
  useEffect(() => {
    load(app);
  }, []);
  const search = async () => {
    await app.graph.ready();
    app.commands.run(app, "search.open");
  };
  return html`<div class="templates">
    <div class="templates-lead">
      <h2>${t("templates.title")}</h2>
      <p>${t("templates.text")}</p>
    </div>
    <div class="templates-cards">
      ${bundled.value.slice(0, MOST).map((each) => html`<${Card} key=${each.name} app=${app} entry=${each} />`)}
    </div>
    <div class="templates-actions">
      <button type="button" class="button" onClick=${search}>${icon("search")}${t("templates.search")}</button>
      <button type="button" class="button" onClick=${() => app.commands.run(app, "file.open")}>${icon("folder")}${t("templates.open")}</button>
    </div>
  </div>`;
}

/** @param {{ app: App, entry: Entry }} props */
function Card({ app, entry }) {
  const open = () => openNamed(app, entry.name).catch((problem) => app.notices.problem(problem));
  return html`<article class="card" data-template=${entry.name}>
    <button type="button" class="card-main" onClick=${open}>
      <${Thumbnail} app=${app} of=${entry.name} load=${async () => (await fetchWorkflow(app, entry.name)).document} />
      <span class="card-words"><span class="card-title">${titleOf(entry)}</span></span>
    </button>
  </article>`;
}
