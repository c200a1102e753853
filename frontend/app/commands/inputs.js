// @ts-check
/** Inputs of nodes: showing them in the form. */

import { exposedIndex, toggleExposed } from "../model/edits/exposed.js";
import { inputNamed, inputsOf, specOf } from "../model/schema.js";

/** @typedef {import("../app.js").App} App */

/** @type {import("./registry.js").Command[]} */
export const INPUTS = [
  {
    id: "input.expose",
    group: "node",
    menus: ["socket", "node"],
    when: (app, argument) => meant(app, argument) !== null,
    run: (app, argument) => {
      const found = meant(app, argument);
      if (!found) return;
      const { tab } = app;
      const { node, input } = found;
      const isExposed = exposedIndex(tab.graph, node, input) >= 0;
      const about = wordsFor(app, node, input);
      const patches = toggleExposed(tab.store.document, tab.level, node, input, about);
      tab.store.commit(isExposed ? "edit.unexpose" : "edit.expose", patches);
    },
  },
];

/**
 * Return the input that a button or a menu was used on: a socket, or a widget's row.
 * @param {App} app @param {any} argument  `{ node, input }`, or what a menu was opened on
 * @returns {{ node: string, input: string } | null}
 */
export function meant(app, argument) {
  if (typeof argument?.input === "string" && typeof argument.node === "string")
    return known(app, argument.node, argument.input);
  const hit = argument?.hit ?? argument;
  const row = argument?.event?.target?.closest?.("[data-widget]")?.dataset.widget;
  const name = hit?.kind === "input" ? hit.input : row;
  return name && hit?.node ? known(app, hit.node.id, name) : null;
}

/** @param {App} app @param {string} node @param {string} input */
function known(app, node, input) {
  const { tab } = app;
  const found = tab.graph.nodes[node];
  const about = found && inputNamed(specOf(app.schema.peek(), tab.store.document, found), found, input);
  // the form has nothing to type a bare socket in with; a subgraph takes any
  return about && (tab.level || about.widget) ? { node, input } : null;
}

/**
 * Return how an input is called outside: a node of one value and its own title is called by that.
 * @param {App} app @param {string} id @param {string} name
 */
function wordsFor(app, id, name) {
  const { tab } = app;
  const node = tab.graph.nodes[id];
  const inputs = inputsOf(specOf(app.schema.peek(), tab.store.document, node), node);
  const input = inputs.find((each) => each.name === name);
  const isAlone = inputs.filter((each) => each.widget).length === 1;
  const group = tab.graph.inputs?.at(-1)?.group;
  if (node.title && isAlone) return { label: node.title, name: node.title, group };
  const words = (input?.label || name).replaceAll("_", " ");
  return { label: words.charAt(0).toUpperCase() + words.slice(1), name, group };
}
