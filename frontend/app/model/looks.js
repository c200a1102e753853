// @ts-check
/** How a node wants to look: its own word, else what the file that it was imported from said. */

/** @typedef {import("./document.js").Node} Node */

/** Colours of nodes and frames, by name; `styles/tokens.css` says what they are as `--hue-NAME`. */
export const HUES = /** @type {const} */ ([
  "red",
  "orange",
  "yellow",
  "green",
  "teal",
  "blue",
  "purple",
  "grey",
]);

/** @param {Node} node @returns {Record<string, any>} */
const source = (node) => node.foreign?.node ?? {};

/** @param {Node} node */
export const isCollapsed = (node) => Boolean(node.collapsed ?? source(node).flags?.collapsed);

/** @param {Node} node */
export const isPinned = (node) => Boolean(node.pinned ?? source(node).flags?.pinned);

/**
 * Return a node's colour, the name of a hue or `#rrggbb`; "" is none.
 * @param {Node} node
 */
export function colorOf(node) {
  const color = node.color ?? source(node).color;
  return isColor(color) ? color : "";
}

/** @param {unknown} color @returns {color is string} */
export const isColor = (color) =>
  typeof color === "string" && (isHue(color) || /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color));

/** @param {string} color */
export const isHue = (color) => /** @type {readonly string[]} */ (HUES).includes(color);

/** Return a colour as style sheets say it. @param {string} color */
export const cssColor = (color) => (isHue(color) ? `var(--hue-${color})` : color);
