// @ts-check
/** A document whose texts for people are in another language; what nodes are given stays. */

/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */

/** What people read of something that a document has. */
const TEXTS = /** @type {const} */ (["title", "description", "label", "group", "text"]);

/**
 * @param {WorkflowDocument} document @param {(text: string) => string} say @returns {WorkflowDocument}
 */
export function translated(document, say) {
  const { subgraphs } = document;
  return {
    ...graph(document, say),
    ...(subgraphs && { subgraphs: mapped(subgraphs, (each) => graph(each, say)) }),
  };
}

/** @template {Graph} G @param {G} whole @param {(text: string) => string} say @returns {G} */
function graph(whole, say) {
  const { nodes, inputs, outputs, frames, view } = whole;
  const own = (/** @type {any} */ each) => said(each, say);
  return {
    ...said(whole, say),
    nodes: mapped(nodes, own),
    ...(inputs && { inputs: inputs.map(own) }),
    ...(outputs && { outputs: outputs.map(own) }),
    ...(frames && { frames: frames.map(own) }),
    ...(view?.notes && { view: { ...view, notes: view.notes.map(own) } }),
  };
}

/** @template {Record<string, any>} T @param {T} thing @param {(text: string) => string} say @returns {T} */
function said(thing, say) {
  const texts = TEXTS.filter((name) => thing[name]).map((name) => [name, say(thing[name])]);
  return { ...thing, ...Object.fromEntries(texts) };
}

/** @template T @param {Record<string, T>} all @param {(each: T) => T} change @returns {Record<string, T>} */
const mapped = (all, change) =>
  Object.fromEntries(Object.entries(all).map(([key, each]) => [key, change(each)]));
