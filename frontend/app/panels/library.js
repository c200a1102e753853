// @ts-check
/** Node types by category, and the models there are: dragged onto the graph, or added by a click. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { t } from "../i18n.js";
import { match } from "../model/fuzzy.js";
import { addableTypes, branches, searchTypes } from "../model/node-search.js";
import { typeWord } from "../model/types.js";
import { habits, togglePin } from "../state/habits.js";
import { IconButton } from "../ui/command-button.js";
import { Marked } from "../ui/palette.js";
import { dragOut } from "./library/dragging.js";
import { dropType } from "./library/dropping.js";
import { Models } from "./library/models.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/schema.js").NodeSpec} NodeSpec */

/** @param {{ app: App }} props */
export default function Library({ app }) {
  const [query, setQuery] = useState("");
  const [face, setFace] = useState("types");
  const tab = app.workspace.active.value;
  if (!tab) return null;
  return html`<div class="library">
    <div class="library-tools">
      <div class="segments is-wide" role="group" aria-label=${t("panel.library")}>
        ${["types", "models"].map(
          (each) =>
            html`<button key=${each} type="button" aria-pressed=${face === each} onClick=${() => setFace(each)}>${t(`library.${each}`)}</button>`,
        )}
      </div>
      <input class="field" type="search" aria-label=${t(`library.search-${face}`)} placeholder=${t(`library.search-${face}`)}
        value=${query} onInput=${(/** @type {InputEvent} */ event) => setQuery(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
    </div>
    ${
      face === "models"
        ? html`<${Models} app=${app} query=${query} />`
        : query.trim()
          ? html`<${Found} app=${app} query=${query} />`
          : html`<${Categories} app=${app} />`
    }
  </div>`;
}

/** @param {App} app */
function typesOf(app) {
  const { tab } = app;
  tab.version.value;
  tab.way.value;
  return addableTypes(app.schema.value, tab.store.document, tab.level);
}

/** @param {{ app: App, query: string }} props */
function Found({ app, query }) {
  const found = searchTypes(typesOf(app), query, null, habits());
  return html`<div class="library-list">
    ${found.map(({ spec }) => html`<${Row} key=${spec.id} app=${app} spec=${spec} query=${query} />`)}
    ${!found.length && html`<p class="palette-none">${t("palette.none")}</p>`}
  </div>`;
}

/** @param {{ app: App }} props */
function Categories({ app }) {
  const types = typesOf(app);
  const { pins } = habits();
  const pinned = types.filter((each) => pins.has(each.id));
  return html`<div class="library-list">
    ${
      pinned.length > 0 &&
      html`<${Category} app=${app} isOpen=${true} of=${{ name: t("library.pinned"), count: pinned.length, parts: [{ name: "", specs: pinned }] }} />`
    }
    ${branches(types).map((each) => html`<${Category} key=${each.name} app=${app} of=${each} />`)}
  </div>`;
}

/** @param {string} category */
const spelt = (category) => category.replaceAll("/", " › ").replaceAll("_", " ");

/** What is closed is not drawn: there are hundreds of types. @param {{ app: App, of: import("../model/node-search.js").Branch, isOpen?: boolean }} props */
function Category({ app, of: { name, count, parts }, isOpen = false }) {
  const [isShown, setShown] = useState(isOpen);
  return html`<details class="library-category" open=${isShown}
    onToggle=${(/** @type {Event} */ event) => setShown(/** @type {HTMLDetailsElement} */ (event.currentTarget).open)}>
    <summary>${spelt(name) || t("menu.other")}<span>${count}</span></summary>
    ${
      isShown &&
      parts.map(
        (part) => html`${part.name && html`<h3 class="library-part">${spelt(part.name)}</h3>`}
        ${part.specs.map((spec) => html`<${Row} key=${spec.id} app=${app} spec=${spec} query="" />`)}`,
      )
    }
  </details>`;
}

/** @param {{ app: App, spec: NodeSpec, query: string }} props */
function Row({ app, spec, query }) {
  const isPinned = habits().pins.has(spec.id);
  const drop = dropType(app, spec);
  const outputs = (spec.outputs ?? []).slice(0, 3);
  return html`<div class="library-row" data-type=${spec.id}>
    <button type="button" class="library-item" data-tip=${spec.description || spec.id}
      onPointerDown=${(/** @type {PointerEvent} */ event) => dragOut(app, event, drop)}
      onClick=${(/** @type {MouseEvent} */ event) => !event.defaultPrevented && drop.add(app.canvas.middle)}>
      <span class="palette-title"><${Marked} text=${spec.title} places=${match(query, spec.title).places} /></span>
      <span class="palette-dots" aria-hidden="true">
        ${outputs.map((each, index) => html`<i key=${index} class=${`type-dot type-${typeWord(each.type)}`}></i>`)}
      </span>
    </button>
    <${IconButton} name="pin" class="library-pin" aria-pressed=${isPinned}
      label=${t(isPinned ? "palette.unpin" : "palette.pin")} onClick=${() => togglePin(spec.id)} />
  </div>`;
}
