// @ts-check
/** What can be dropped from the library: a node type, or a model, which comes with a loader. */

import { HEADER, hasWidget, nodeBox } from "../../geometry/node-box.js";
import { pathIn } from "../../model/document.js";
import { freshNode, inputsOf } from "../../model/schema.js";
import { addNodeOf } from "../../ui/add-node.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {import("../../model/schema.js").NodeSpec} NodeSpec */
/** @typedef {import("../../geometry/camera.js").Point} Point */
/**
 * @typedef {{ title: string, spec: NodeSpec | null, add: (at: Point) => unknown, over?: (at: Point) => string | null }} Dropped
 *   spec: of the new node; over: the node that takes what is dropped, if one lies there
 */

/** The pointer holds a new node by its title. */
const GRIP = { x: 24, y: HEADER / 2 };

/** @param {App} app @param {NodeSpec} spec @returns {Dropped} */
export const dropType = (app, spec) => ({
  title: spec.title,
  spec,
  add: (at) => addNodeOf(app, spec, held(at)),
});

/** @param {Point} at @returns {Point} */
const held = (at) => ({ x: at.x - GRIP.x, y: at.y - GRIP.y });

/**
 * @param {App} app @param {string} kind  folder of models @param {string} name
 * @returns {Dropped}
 */
export function dropModel(app, kind, name) {
  const loader = loaderOf(app, kind);
  const over = (/** @type {Point} */ at) => {
    const hit = app.canvas.hit(at);
    return "node" in hit && inputFor(hit.node.spec, kind) ? hit.node.id : null;
  };
  return {
    title: name,
    spec: loader,
    over,
    add: (at) => {
      const id = over(at);
      const spec = id ? app.canvas.index.nodes.get(id)?.spec : loader;
      const input = spec && inputFor(spec, kind);
      if (!spec || !input) return;
      if (!id) addNodeOf(app, spec, held(at), { values: { [input]: name } });
      else {
        const { tab } = app;
        tab.store.commit("edit.value", [
          { path: pathIn(tab.level, "nodes", id, "values", input), value: name },
        ]);
      }
    },
  };
}

/** @param {App} app @param {string} kind @returns {NodeSpec | null} the simplest type that loads models of a kind */
export const loaderOf = (app, kind) =>
  [...app.schema.peek().values()]
    .filter((each) => inputFor(each, kind) && !each.deprecated)
    .sort((a, b) => (a.inputs ?? []).length - (b.inputs ?? []).length)[0] ?? null;

/** @param {NodeSpec} spec @param {string} kind @returns {string | undefined} the input that names a model of a kind */
const inputFor = (spec, kind) =>
  inputsOf(spec, freshNode(spec, 0, 0)).find((each) => hasWidget(each) && each.widget?.folder === kind)?.name;

/** @param {NodeSpec} spec */
export const sizeOf = (spec) => nodeBox(freshNode(spec, 0, 0), spec);
export { GRIP };
