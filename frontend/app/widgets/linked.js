// @ts-check
/** The row of a value that a link gives: whose it is. */

import { effect } from "@preact/signals-core";
import { t } from "../i18n.js";
import { specOf } from "../model/schema.js";
import { made } from "../ui/made.js";

/** @type {import("./registry.js").MountWidget} */
export function linkedRow(host, control) {
  made("span", "pill-label", host).textContent = control.label;
  const source = made("span", "linked-source", host);
  const update = () => {
    const title = titleOf(control);
    source.textContent = title;
    source.title = t("widget.linked-to", { title });
  };
  host.classList.add("is-linked");
  const { tab } = control.app;
  // the source may be renamed, which is no change of this node
  const stop = effect(() => {
    tab.version.value;
    update();
  });
  return { update, destroy: stop };
}

/** @param {import("./registry.js").Control} control */
function titleOf({ app, nodeId, input }) {
  const { graph, store } = app.tab;
  const from = graph.nodes[nodeId]?.links?.[input.name]?.[0];
  const node = from === undefined ? undefined : graph.nodes[from];
  return node ? node.title || specOf(app.schema.peek(), store.document, node).title : t("widget.linked");
}
