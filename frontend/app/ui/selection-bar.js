// @ts-check
/** What can be done with several selected nodes, in one row: align, distribute, lay out, frame, subgraph. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { CommandButton } from "./command-button.js";

/** @typedef {import("../app.js").App} App */

/** Commands and their pictures; those that are not there are left out. */
const GROUPS = /** @type {const} */ ([
  [
    ["arrange.left", "align-left"],
    ["arrange.center", "align-center"],
    ["arrange.right", "align-right"],
    ["arrange.top", "align-top"],
    ["arrange.middle", "align-middle"],
    ["arrange.bottom", "align-bottom"],
  ],
  [
    ["arrange.horizontal", "distribute-across"],
    ["arrange.vertical", "distribute-down"],
    ["arrange.layout", "layout"],
  ],
  [
    ["frame.add", "frame"],
    ["subgraph.make", "subgraph"],
    ["edit.duplicate", "copy"],
    ["edit.delete", "trash"],
  ],
]);

/** @param {{ app: App }} props */
export default function SelectionBar({ app }) {
  const tab = app.workspace.active.value;
  const count = tab?.selection.now.value.nodes.size ?? 0;
  if (count < 2) return null;
  return html`<div class="selection-bar" role="toolbar" aria-label=${t("bar.label")}>
    <span class="selection-count">${t("bar.count", { count })}</span>
    ${GROUPS.map(
      (group, index) =>
        html`<div key=${index} class="selection-group">
          ${group.map(([id, name]) => isOf(app, id) && html`<${CommandButton} key=${id} app=${app} id=${id} name=${name} />`)}
        </div>`,
    )}
  </div>`;
}

/** @param {App} app @param {string} id */
function isOf(app, id) {
  const command = app.commands.get(id);
  return command && (!command.when || command.when(app));
}
