// @ts-check
/** A field and a list below it: node types at the pointer, or everything that one can do. */

import { html } from "htm/preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { keyText } from "./command-button.js";
import { icon } from "./icons.js";
import { commandSource } from "./palette-commands.js";
import { nodeSource } from "./palette-nodes.js";

/** @typedef {import("../app.js").App} App */
/**
 * @typedef {{
 *   id: string, title: string, places?: readonly number[], hint?: string, keys?: string, icon?: string,
 *   inputs?: readonly string[], outputs?: readonly string[], text?: string,
 *   isPinned?: boolean, pin?: () => void, pick: () => unknown,
 * }} Entry  inputs, outputs: words of socket types; text: about the one that is highlighted
 */
/**
 * @typedef {{
 *   label: string, chip?: string, entries: (query: string, isFiltered: boolean) => Entry[],
 *   onClose?: () => void,
 * }} Source
 */

/** @param {{ overlay: import("./overlays.js").Overlay, app: App, close: () => void }} props */
export default function Palette({ overlay, app, close }) {
  return html`<${Asked} key=${overlay} app=${app} given=${overlay.given} close=${close} />`;
}

/** @param {{ app: App, given: any, close: () => void }} props */
function Asked({ app, given, close }) {
  const source = useMemo(() => (given.mode === "nodes" ? nodeSource(app, given) : commandSource(app)), []);
  const typed = useMemo(() => given.typed?.() ?? "", []);
  const [query, setQuery] = useState(typed.split("\n")[0]);
  const [active, setActive] = useState(0);
  const [isFiltered, setFiltered] = useState(Boolean(source.chip));
  const entries = source.entries(query, isFiltered);
  const now = Math.min(active, Math.max(0, entries.length - 1));
  const pick = (/** @type {Entry | undefined} */ entry) => {
    if (!entry) return;
    close();
    entry.pick();
  };
  useLayoutEffect(() => {
    if (typed.includes("\n")) pick(entries[0]);
    return source.onClose;
  }, []);
  const search = (/** @type {string} */ text) => {
    setQuery(text);
    setActive(0);
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    if (event.key === "Backspace" && !query && isFiltered) setFiltered(false);
    // on a button Enter presses it
    const isPick = event.key === "Enter" && event.target instanceof HTMLInputElement;
    if (!isPick && !(event.key in STEPS)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isPick) pick(entries[now]);
    else setActive(Math.max(0, Math.min(entries.length - 1, now + STEPS[event.key])));
  };
  return html`<div class="palette" role="dialog" aria-label=${source.label} onKeyDown=${onKey}>
    <${Field} label=${source.label} query=${query} search=${search} active=${entries[now]}
      chip=${isFiltered ? source.chip : ""} unfilter=${() => setFiltered(false)} />
    <${List} label=${source.label} entries=${entries} now=${now} setActive=${setActive} pick=${pick} />
    ${entries[now] && html`<${About} entry=${entries[now]} />`}
  </div>`;
}

/** @type {Readonly<Record<string, number>>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/**
 * @param {{ label: string, query: string, search: (text: string) => void, active: Entry | undefined, chip?: string, unfilter: () => void }} props
 */
function Field({ label, query, search, active, chip, unfilter }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  // before it is painted: no key falls between what gathers them and the field
  useLayoutEffect(() => field.current?.focus(), [chip]);
  return html`<div class="palette-field">
    ${icon("search")}
    ${
      chip &&
      html`<button type="button" class="palette-chip" data-tip=${t("palette.unfilter")} aria-label=${`${t("palette.unfilter")}: ${chip}`}
        onClick=${unfilter}>${chip}${icon("close")}</button>`
    }
    <input ref=${field} type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
      aria-activedescendant=${active ? `palette-${active.id}` : undefined} aria-label=${label} placeholder=${label}
      autocomplete="off" spellcheck=${false} value=${query}
      onInput=${(/** @type {InputEvent} */ event) => search(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
  </div>`;
}

/**
 * @param {{ label: string, entries: readonly Entry[], now: number, setActive: (index: number) => void, pick: (entry: Entry) => void }} props
 */
function List({ label, entries, now, setActive, pick }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [now, entries.length]);
  return html`<div class="palette-list" role="listbox" id="palette-list" aria-label=${label} ref=${list}>
    ${entries.map(
      (
        entry,
        index,
      ) => html`<div key=${entry.id} id=${`palette-${entry.id}`} role="option" aria-selected=${index === now}
        class="palette-row" data-entry=${entry.id} onPointerMove=${() => index !== now && setActive(index)} onClick=${() => pick(entry)}>
        <${Row} entry=${entry} />
      </div>`,
    )}
    ${!entries.length && html`<p class="palette-none">${t("palette.none")}</p>`}
  </div>`;
}

/** @param {{ entry: Entry }} props */
function Row({ entry }) {
  const { title, places = [], hint, keys, inputs, outputs, isPinned } = entry;
  return html`
    ${entry.icon ? icon(entry.icon) : inputs && html`<${Dots} types=${inputs} />`}
    <span class="palette-title"><${Marked} text=${title} places=${places} /></span>
    ${isPinned && html`<span class="palette-pinned">${icon("pin")}</span>`}
    ${hint && html`<span class="palette-hint">${hint}</span>`}
    ${keys && html`<kbd>${keyText(keys)}</kbd>`}
    ${outputs && html`<${Dots} types=${outputs} />`}`;
}

/** @param {{ types: readonly string[] }} props */
const Dots = ({ types }) =>
  html`<span class="palette-dots" aria-hidden="true">${types
    .slice(0, 4)
    .map((each, index) => html`<i key=${index} class=${`type-dot type-${each}`}></i>`)}</span>`;

/** A text whose matching letters stand out. @param {{ text: string, places: readonly number[] }} props */
export function Marked({ text, places }) {
  if (!places.length) return text;
  const found = new Set(places);
  return [...text].map((letter, at) => (found.has(at) ? html`<b key=${at}>${letter}</b>` : letter));
}

/** @param {{ entry: Entry }} props */
function About({ entry }) {
  if (!entry.text && !entry.pin) return null;
  const label = t(entry.isPinned ? "palette.unpin" : "palette.pin");
  return html`<footer class="palette-about">
    <p>${entry.text}</p>
    ${
      entry.pin &&
      html`<button type="button" class="icon-button" aria-pressed=${Boolean(entry.isPinned)} aria-label=${label}
        data-tip=${label} onClick=${entry.pin}>${icon("pin")}</button>`
    }
  </footer>`;
}
