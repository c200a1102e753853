// @ts-check
/** Parts of the editor that are loaded when they are used first: their modules, and their styles. */

import { entryOf } from "../model/maps.js";

/**
 * Let the browser ask for all modules of a part at once; the page names them where the server knows them.
 * @param {string} module  "app/ui/graph-face.js"
 */
export function askFor(module) {
  const named = /** @type {HTMLTemplateElement | null} */ (
    document.querySelector(`template[data-modules$="${module}"]`)
  );
  if (named) document.head.append(named.content);
}

/** @type {Map<Element, Promise<void>>} */
const sheets = new Map();

/**
 * Load the style sheets that the page names for a part and does without at its start.
 * @param {"form" | "graph" | "more"} part @returns {Promise<unknown>}
 */
export function stylesOf(part) {
  const its = /** @type {HTMLLinkElement[]} */ ([...document.querySelectorAll(`link[data-of="${part}"]`)]);
  return Promise.all(its.map((each) => entryOf(sheets, each, () => loaded(each))));
}

/** Load all, for what lies around a face and over it. */
export const moreStyles = () => Promise.all([stylesOf("graph"), stylesOf("form"), stylesOf("more")]);

/** @param {HTMLLinkElement} sheet @returns {Promise<void>} one that can not be had is done without */
function loaded(sheet) {
  return new Promise((resolve) => {
    sheet.onload = sheet.onerror = () => resolve();
    sheet.href = sheet.dataset.href ?? "";
  });
}

/** @typedef {{ default: any }} Module */
/** @typedef {(given: { app: import("../app.js").App }) => Promise<Module>} LoadPart */

/** What lies around the graph and does without it. @param {() => Promise<Module>} load @returns {LoadPart} */
export const part = (load) => async () => (await Promise.all([load(), moreStyles()]))[0];

/** What works on the graph, which is loaded with it. @param {() => Promise<Module>} load @returns {LoadPart} */
export const graphPart =
  (load) =>
  async ({ app }) =>
    (await Promise.all([load(), app.graph.ready()]))[0];
