// @ts-check
/** Brings a node into view, wherever it is in its document. */

/**
 * @param {import("../app.js").App} app @param {string} path  colon path of the node @returns {Promise<boolean>} whether it is there
 */
export async function goToNode(app, path) {
  const { tab } = app;
  const way = path.split(":");
  const id = way.pop() ?? "";
  tab.face.value = "graph";
  if (tab.way.value.join(":") !== way.join(":")) tab.way.value = way;
  if (!tab.graph.nodes[id]) return false;
  tab.selection.set({ nodes: [id] });
  await app.graph.ready();
  app.canvas.fit([id]);
  return true;
}
