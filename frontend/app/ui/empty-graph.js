// @ts-check
/** What an empty graph shows: where to begin. It is loaded when a graph is empty. */

import { html } from "htm/preact";
import { graphNow } from "./now.js";
import { Slot } from "./slot.js";

const templates = () => import("./templates.js");

/** @param {{ app: import("../app.js").App }} props */
export function EmptyGraph({ app }) {
  const tab = app.workspace.active.value;
  if (!tab || tab.way.value.length || Object.keys(graphNow(tab).nodes).length) return null;
  return html`<${Slot} load=${templates} with=${{ app }} />`;
}
