// @ts-check
/** Finds nodes of the document by title, type or value, and goes to them. */

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { findNodes } from "../model/find-nodes.js";
import { IconButton } from "./command-button.js";
import { goToNode } from "./go-to.js";
import { icon } from "./icons.js";
import { Marked } from "./palette.js";

/** @typedef {import("../model/find-nodes.js").FoundNode} FoundNode */

const MOST = 50;

/** @param {{ overlay: import("./overlays.js").Overlay, app: import("../app.js").App, close: () => void }} props */
export default function Find({ overlay, app, close }) {
  const typed = useMemo(() => overlay.given?.typed?.() ?? "", [overlay]);
  const [query, setQuery] = useState(typed.split("\n")[0]);
  const [now, setNow] = useState(-1);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useLayoutEffect(() => {
    field.current?.focus();
    if (typed.includes("\n")) go(0);
  }, [overlay]);
  const found = useFound(app, query);
  const go = (/** @type {number} */ index) => {
    if (!found.length) return;
    const place = (index + found.length) % found.length;
    setNow(place);
    goToNode(app, found[place].path);
    field.current?.focus();
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const step = stepOf(event);
    if (!step || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    go(now < 0 && step < 0 ? -1 : now + step);
  };
  const search = (/** @type {InputEvent} */ event) => {
    setQuery(/** @type {HTMLInputElement} */ (event.currentTarget).value);
    setNow(-1);
  };
  return html`<div class="find" role="search" aria-label=${t("find.label")} onKeyDown=${onKey}>
    <div class="palette-field">
      ${icon("search")}
      <input ref=${field} type="text" aria-label=${t("find.label")} placeholder=${t("find.label")} autocomplete="off"
        spellcheck=${false} value=${query} onInput=${search} />
      <span class="find-count" role="status">${query && t("find.count", { place: now + 1, count: found.length })}</span>
      <${IconButton} name="close" label=${t("find.close")} onClick=${close} />
    </div>
    ${query && html`<${Results} found=${found} now=${now} go=${go} />`}
  </div>`;
}

/** @param {import("../app.js").App} app @param {string} query */
function useFound({ tab, schema }, query) {
  return useMemo(() => findNodes(tab.store.document, schema.value, query), [query, tab, tab.version.value]);
}

/** @param {{ found: readonly FoundNode[], now: number, go: (index: number) => void }} props */
const Results = ({ found, now, go }) => html`<ul class="find-list">
  ${found
    .slice(0, MOST)
    .map(
      (each, index) =>
        html`<li key=${each.path}><${Result} found=${each} isNow=${index === now} onPick=${() => go(index)} /></li>`,
    )}
  ${!found.length && html`<li class="palette-none">${t("find.none")}</li>`}
</ul>`;

/** @type {Readonly<Record<string, number>>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** @param {KeyboardEvent} event */
const stepOf = ({ key, shiftKey }) => (key === "Enter" ? (shiftKey ? -1 : 1) : STEPS[key]);

/** @param {{ found: FoundNode, isNow: boolean, onPick: () => void }} props */
function Result({ found, isNow, onPick }) {
  const row = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (isNow) row.current?.scrollIntoView({ block: "nearest" });
  }, [isNow]);
  return html`<button type="button" tabindex="-1" class="find-row" ref=${row} aria-current=${isNow} onClick=${onPick}>
    <span class="palette-title"><${Marked} text=${found.title} places=${found.places} /></span>
    <span class="palette-hint">${found.hint}</span>
  </button>`;
}
