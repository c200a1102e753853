// @ts-check
/** Saved and bundled workflows, to open, rename, delete and restore. */

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { encoded } from "../api/client.js";
import { fetchWorkflow, openNamed, titleOf } from "../files/opening.js";
import { recentNames } from "../files/recent.js";
import { t } from "../i18n.js";
import { IconButton } from "./command-button.js";
import { confirm, prompt, Window } from "./dialog.js";
import { icon } from "./icons.js";
import { timeText } from "./readable.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../files/opening.js").Entry} Entry */

const ALL = "all";
const RECENT = "recent";
const BUNDLED = "bundled";
const DELETED = "deleted";
const FIXED = [
  { id: ALL, icon: "library" },
  { id: RECENT, icon: "history" },
  { id: BUNDLED, icon: "template" },
];

/** @param {string} name */
const folderOf = (name) => name.split("/").slice(0, -1).join("/");

/** @param {Entry} a @param {Entry} b */
const byTitle = (a, b) => titleOf(a).localeCompare(titleOf(b));

class Shelf {
  entries = signal(/** @type {readonly Entry[]} */ ([]));
  deleted = signal(/** @type {readonly Entry[]} */ ([]));
  place = signal(ALL);
  search = signal("");

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  async load() {
    try {
      const [there, gone] = await Promise.all([
        this.app.api.get("workflows"),
        this.app.api.get("workflows", { deleted: 1 }),
      ]);
      this.entries.value = there.items;
      this.deleted.value = gone.items;
    } catch (problem) {
      this.app.notices.problem(problem);
    }
  }

  get folders() {
    return [...new Set(this.entries.value.map((each) => folderOf(each.name)).filter(Boolean))].sort();
  }

  /** @returns {Entry[]} */
  get shown() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (/** @type {Entry} */ entry) =>
      words.every((word) => `${entry.name} ${entry.title} ${titleOf(entry)}`.toLowerCase().includes(word));
    return this.#placed().filter(fits);
  }

  /** @returns {Entry[]} */
  #placed() {
    const place = this.place.value;
    const all = this.entries.value;
    if (place === DELETED) return [...this.deleted.value];
    if (place === BUNDLED) return all.filter((each) => each.is_bundled).sort(byTitle);
    if (place === RECENT)
      return recentNames().flatMap((name) => all.find((each) => each.name === name) ?? []);
    const newest = all.toSorted(
      (a, b) =>
        Number(a.is_bundled) - Number(b.is_bundled) ||
        (a.is_bundled ? byTitle(a, b) : b.modified - a.modified),
    );
    return place === ALL ? newest : newest.filter((each) => folderOf(each.name) === place);
  }
}

/** @param {{ app: App, close: () => void }} props */
export default function OpenDialog({ app, close }) {
  const shelf = useMemo(() => new Shelf(app), []);
  useEffect(() => {
    shelf.load();
  }, []);
  return html`<${Window} title=${t("open.title")} close=${close} class="dialog-wide">
    <div class="split">
      <${Places} shelf=${shelf} />
      <div class="split-main">
        <${Tools} app=${app} shelf=${shelf} close=${close} />
        <${Cards} app=${app} shelf=${shelf} close=${close} />
      </div>
    </div>
  <//>`;
}

/** @param {{ shelf: Shelf }} props */
function Places({ shelf }) {
  const { folders } = shelf;
  return html`<div class="split-side" role="group" aria-label=${t("open.places")}>
    ${FIXED.map((each) => html`<${Place} key=${each.id} shelf=${shelf} id=${each.id} icon=${each.icon} label=${t(`open.${each.id}`)} />`)}
    ${folders.length > 0 && html`<div class="side-line"></div>`}
    ${folders.map((each) => html`<${Place} key=${`/${each}`} shelf=${shelf} id=${each} icon="folder" label=${each} />`)}
    ${
      shelf.deleted.value.length > 0 &&
      html`<div class="side-line"></div>
        <${Place} shelf=${shelf} id=${DELETED} icon="trash" label=${t("open.deleted")} />`
    }
  </div>`;
}

/** @param {{ shelf: Shelf, id: string, icon: string, label: string }} props */
function Place({ shelf, id, icon: picture, label }) {
  return html`<button type="button" class="side-item" data-place=${id} aria-pressed=${shelf.place.value === id}
    onClick=${() => (shelf.place.value = id)}>${icon(picture)}<span>${label}</span></button>`;
}

/** @param {{ app: App, shelf: Shelf, close: () => void }} props */
function Tools({ app, shelf, close }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => field.current?.focus(), []);
  const onInput = () => (shelf.search.value = field.current?.value ?? "");
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const [first] = shelf.shown;
    if (event.key === "Enter" && first && shelf.place.value !== DELETED) openOne(app, first, close);
  };
  const fromFile = () => {
    close();
    app.commands.run(app, "file.import");
  };
  return html`<div class="open-tools">
    <input class="field" type="search" ref=${field} placeholder=${t("open.search")} aria-label=${t("open.search")}
      onInput=${onInput} onKeyDown=${onKeyDown} />
    <button type="button" class="button" onClick=${fromFile}>${icon("folder")}${t("open.from-file")}</button>
  </div>`;
}

/** @param {App} app @param {Entry} entry @param {() => void} close */
async function openOne(app, entry, close) {
  close();
  try {
    await openNamed(app, entry.name);
  } catch (problem) {
    app.notices.problem(problem);
  }
}

/** @param {{ app: App, shelf: Shelf, close: () => void }} props */
function Cards({ app, shelf, close }) {
  const { shown } = shelf;
  if (!shown.length) return html`<p class="nothing">${t("open.nothing")}</p>`;
  return html`<div class="cards">
    ${shown.map((each) => html`<${Card} key=${`${each.is_bundled} ${each.name}`} app=${app} shelf=${shelf} entry=${each} close=${close} />`)}
  </div>`;
}

/** @param {{ app: App, shelf: Shelf, entry: Entry, close: () => void }} props */
function Card({ app, shelf, entry, close }) {
  const isDeleted = shelf.place.value === DELETED;
  const [description, setDescription] = useState("");
  const about = entry.is_bundled
    ? description || t("open.is-bundled")
    : `${entry.name} · ${timeText(entry.modified)}`;
  const load = async () => {
    const { document } = await fetchWorkflow(app, entry.name);
    setDescription(document.description ?? "");
    return document;
  };
  const onClick = () => (isDeleted ? restore(app, shelf, entry) : openOne(app, entry, close));
  return html`<article class="card" data-workflow=${entry.name}>
    <button type="button" class="card-main" onClick=${onClick}>
      ${!isDeleted && html`<${Thumbnail} app=${app} of=${`${entry.name} ${entry.revision}`} load=${load} />`}
      <span class="card-words">
        <span class="card-title">${titleOf(entry)}</span>
        <span class=${entry.is_bundled ? "card-about is-long" : "card-about"} title=${description}>${isDeleted ? t("open.restore", { name: entry.name }) : about}</span>
      </span>
    </button>
    ${!isDeleted && !entry.is_bundled && html`<${CardTools} app=${app} shelf=${shelf} entry=${entry} />`}
  </article>`;
}

/** @param {{ app: App, shelf: Shelf, entry: Entry }} props */
function CardTools({ app, shelf, entry }) {
  const { name } = entry;
  return html`<div class="card-tools">
    <${IconButton} name="history" label=${t("command.file.revisions")} onClick=${() => app.overlays.show({ kind: "revisions", given: { name } })} />
    <${IconButton} name="edit" label=${t("open.rename")} onClick=${() => rename(app, shelf, entry)} />
    <${IconButton} name="trash" label=${t("open.delete")} onClick=${() => remove(app, shelf, entry)} />
  </div>`;
}

/** @param {App} app @param {Shelf} shelf @param {() => Promise<unknown>} act */
async function change(app, shelf, act) {
  try {
    await act();
  } catch (problem) {
    app.notices.problem(problem);
  }
  await shelf.load();
}

/** @param {App} app @param {Shelf} shelf @param {Entry} entry */
async function rename(app, shelf, { name }) {
  const to = await prompt(app, { title: t("open.rename"), label: t("save.name"), value: name });
  if (!to || to === name) return;
  await change(app, shelf, async () => {
    const entry = await app.api.post(`workflows/${encoded(name)}/rename`, { to });
    const tab = app.workspace.named(name);
    if (tab) {
      tab.name.value = entry.name;
      tab.revision.value = entry.revision;
    }
  });
}

/** @param {App} app @param {Shelf} shelf @param {Entry} entry */
async function remove(app, shelf, { name }) {
  const about = {
    title: t("open.delete-title", { name }),
    text: t("open.delete-text"),
    action: t("open.delete"),
  };
  if (!(await confirm(app, { ...about, isDangerous: true }))) return;
  await change(app, shelf, async () => {
    await app.api.remove(`workflows/${encoded(name)}`);
    const tab = app.workspace.named(name);
    if (tab) tab.name.value = tab.revision.value = tab.saved.value = null;
  });
}

/** @param {App} app @param {Shelf} shelf @param {Entry} entry */
async function restore(app, shelf, { name }) {
  await change(app, shelf, () => app.api.post(`workflows/${encoded(name)}/restore`));
  shelf.place.value = ALL;
}
