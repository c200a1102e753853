// @ts-check
/** Parts of the editor that are loaded when they are used first: their modules, and their styles. */

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

/** Load the style sheets that the first face does without. @returns {Promise<unknown>} */
export function moreStyles() {
  const sheets = /** @type {HTMLLinkElement[]} */ ([...document.querySelectorAll("link[disabled]")]);
  return Promise.all(sheets.map(enabled));
}

/** @param {HTMLLinkElement} sheet @returns {Promise<void>} one that can not be had is done without */
function enabled(sheet) {
  return new Promise((resolve) => {
    sheet.onload = sheet.onerror = () => resolve();
    sheet.disabled = false;
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
