// @ts-check
/** What is selected, in full: a node, several nodes, or else the workflow itself. */

import { html } from "htm/preact";
import { graphNow } from "../ui/now.js";
import { NodePart } from "./inspector/node.js";
import { SeveralPart } from "./inspector/several.js";
import { WorkflowPart } from "./inspector/workflow.js";

/** @param {{ app: import("../app.js").App }} props */
export default function Inspector({ app }) {
  const tab = app.workspace.active.value;
  if (!tab) return null;
  const graph = graphNow(tab);
  const nodes = [...tab.selection.now.value.nodes].filter((id) => id in graph.nodes);
  if (!nodes.length) return html`<${WorkflowPart} key=${`${tab.id}/${tab.level}`} app=${app} tab=${tab} />`;
  if (nodes.length > 1) return html`<${SeveralPart} app=${app} tab=${tab} ids=${nodes} />`;
  return html`<${NodePart} key=${`${tab.id}/${tab.level}/${nodes[0]}`} app=${app} tab=${tab} id=${nodes[0]} />`;
}
