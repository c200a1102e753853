// @ts-check
/** Inputs that take a file which one brings along. */

/** @typedef {import("./schema.js").Input} Input */
/** @typedef {import("./schema.js").NodeSpec} NodeSpec */

/** @type {WeakMap<NodeSpec, Input | null>} */
const known = new WeakMap();

/**
 * Return the input of a node type that takes a picture, if it has one.
 * @param {NodeSpec} spec @returns {Input | null}
 */
function pictureInput(spec) {
  let found = known.get(spec);
  if (found === undefined) {
    found = spec.inputs?.find((each) => each.widget?.upload === "image") ?? null;
    known.set(spec, found);
  }
  return found;
}

/**
 * Return the input of a node that a picture can be put into; none where a link feeds it.
 * @param {NodeSpec} spec @param {import("./document.js").Node} node @returns {Input | null}
 */
export function freePictureInput(spec, node) {
  const input = pictureInput(spec);
  return input && node.links?.[input.name] === undefined ? input : null;
}
