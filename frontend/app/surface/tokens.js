// @ts-check
/** The colours and sizes of the style sheet, for what is drawn on a canvas. */

import { HUES } from "../model/looks.js";
import { DRAWN_TYPES, typeWord } from "../model/types.js";

/**
 * @typedef {{
 *   surface: string, grid: string, node: string, header: string, outline: string, text: string,
 *   faint: string, accent: string, running: string, done: string, bad: string, frame: string,
 *   links: ReadonlyMap<string, string>, hues: ReadonlyMap<string, string>, field: string, good: string,
 *   font: string,
 * }} Tokens
 */

/**
 * Read the tokens as they are now; they change with the theme.
 * @param {Element} element @returns {Tokens}
 */
export function readTokens(element) {
  const style = getComputedStyle(element);
  const of = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const words = [...DRAWN_TYPES.map(typeWord), "other"];
  return {
    surface: of("surface"),
    grid: of("surface-grid"),
    node: of("node"),
    header: of("node-header"),
    outline: of("node-outline"),
    text: of("text"),
    faint: of("text-faint"),
    accent: of("accent"),
    running: of("running"),
    done: of("done"),
    bad: of("bad"),
    frame: of("frame"),
    links: new Map(words.map((word) => [word, of(`type-${word}`)])),
    hues: new Map(HUES.map((hue) => [hue, of(`hue-${hue}`)])),
    field: of("field"),
    good: of("good"),
    font: style.fontFamily,
  };
}
