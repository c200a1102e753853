// @ts-check
/** Models by kind, as the server has them; one dropped on the graph brings its loader. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n.js";
import { match } from "../../model/fuzzy.js";
import { entryOf } from "../../model/maps.js";
import { Marked } from "../../ui/palette.js";
import { dragOut } from "./dragging.js";
import { dropModel, loaderOf } from "./dropping.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {{ kind: string, name: string, size_bytes?: number, family?: string }} Model */

const MANY = 200;

/** @param {{ app: App, query: string }} props */
export function Models({ app, query }) {
  const [models, setModels] = useState(/** @type {readonly Model[] | null} */ (null));
  useEffect(() => {
    allModels(app).then(setModels, (problem) => app.notices.problem(problem));
  }, []);
  if (!models) return html`<p class="palette-none">${t("library.waiting")}</p>`;
  const found = models.filter((each) => !query.trim() || match(query, each.name).score);
  /** @type {Map<string, Model[]>} */
  const kinds = new Map();
  for (const each of found) entryOf(kinds, each.kind, () => []).push(each);
  return html`<div class="library-list">
    ${[...kinds].map(
      ([kind, list]) => html`<details key=${kind} class="library-category" open>
        <summary>${kind.replaceAll("_", " ")}<span>${list.length}</span></summary>
        ${list.slice(0, MANY).map((each) => html`<${Row} key=${each.name} app=${app} model=${each} query=${query} />`)}
      </details>`,
    )}
    ${!found.length && html`<p class="palette-none">${t(query.trim() ? "palette.none" : "library.no-models")}</p>`}
  </div>`;
}

/** @param {App} app @returns {Promise<Model[]>} those that some node loads */
async function allModels(app) {
  const { kinds } = await app.api.get("models");
  const wanted = kinds.filter(
    (/** @type {{ name: string, count: number }} */ each) => each.count && loaderOf(app, each.name),
  );
  const lists = await Promise.all(
    wanted.map((/** @type {{ name: string }} */ each) => app.api.get(`models/${each.name}`)),
  );
  return lists.flatMap((each) => each.models);
}

/** @param {{ app: App, model: Model, query: string }} props */
function Row({ app, model, query }) {
  const drop = dropModel(app, model.kind, model.name);
  return html`<div class="library-row" data-model=${model.name}>
    <button type="button" class="library-item" data-tip=${model.name}
      onPointerDown=${(/** @type {PointerEvent} */ event) => dragOut(app, event, drop)}
      onClick=${(/** @type {MouseEvent} */ event) => !event.defaultPrevented && drop.add(app.canvas.middle)}>
      <span class="palette-title"><${Marked} text=${model.name} places=${match(query, model.name).places} /></span>
      <span class="palette-hint">${model.family ?? ""}</span>
    </button>
  </div>`;
}
