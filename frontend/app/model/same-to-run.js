// @ts-check
/** Whether an edit makes a difference to a run: moving, naming and colouring do not. */

/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {import("./document.js").Node} Node */

const PARTS = /** @type {const} */ (["type", "version", "mode", "values", "links", "foreign"]);

/** @param {WorkflowDocument} before @param {WorkflowDocument} now */
export function isSameToRun(before, now) {
  if (before === now) return true;
  const ids = Object.keys(now.subgraphs ?? {});
  if (ids.length !== Object.keys(before.subgraphs ?? {}).length) return false;
  return (
    isSameGraph(before, now) && ids.every((id) => isSameGraph(before.subgraphs?.[id], now.subgraphs?.[id]))
  );
}

/** @param {Graph | undefined} before @param {Graph | undefined} now */
function isSameGraph(before, now) {
  if (before === now) return true;
  if (!before || !now || before.inputs !== now.inputs || before.outputs !== now.outputs) return false;
  if (before.nodes === now.nodes) return true;
  const ids = Object.keys(now.nodes);
  if (ids.length !== Object.keys(before.nodes).length) return false;
  return ids.every((id) => isSameNode(before.nodes[id], now.nodes[id]));
}

/** @param {Node | undefined} before @param {Node} now */
const isSameNode = (before, now) =>
  before === now || (before !== undefined && PARTS.every((part) => before[part] === now[part]));
