// @ts-check
/** Draws links, those that are seen. */

import { meet } from "../geometry/camera.js";
import { entryOf } from "../model/maps.js";
import { typeWord } from "../model/types.js";

/** @typedef {import("../geometry/camera.js").Box} Box */
/** @typedef {import("./tokens.js").Tokens} Tokens */
/**
 * @typedef {{
 *   lit: ReadonlySet<string>, cut: ReadonlySet<string>, wrong: ReadonlySet<string>, hidden: ReadonlySet<string>,
 *   kept: ReadonlySet<string> | null, fits: ReadonlySet<string> | null, opacity: number, isOff: boolean,
 * }} LinkLook
 *   lit: drawn thick; cut: about to go; wrong: marked by a check; hidden: being dragged elsewhere;
 *   kept: all others are drawn faint; fits: sockets of rails that a dragged link may go to; isOff: none are drawn but those that are lit
 */
/** @typedef {{ id: string, type: string, curve: readonly number[], box: Box }} Line */

/** @type {LinkLook} */
export const PLAIN = {
  lit: new Set(),
  cut: new Set(),
  wrong: new Set(),
  hidden: new Set(),
  kept: null,
  fits: null,
  opacity: 1,
  isOff: false,
};
export const LINK_WIDTH = 2.5;
/** Links are no thinner, in pixels, from however far one looks. */
const LEAST_PX = 0.8;
const FAINT = 0.12;
/**
 * Lines up to so many pixels wide are stroked all at once. Wider ones cost the less the fewer there
 * are in a path: what draws without a GPU walks all edges of a path for each row of pixels.
 */
const HAIRLINE_PX = 1;
/** @typedef {Map<string, Path2D[]>} Paths  by colour */

/**
 * @param {CanvasRenderingContext2D} context  transformed to graph units
 * @param {Iterable<Line>} links @param {Box} view @param {Tokens} tokens @param {LinkLook} look
 */
export function drawLinks(context, links, view, tokens, look) {
  /** @type {Paths} */
  const paths = new Map();
  /** @type {Paths} */
  const faint = new Map();
  const isFine = LINK_WIDTH * context.getTransform().a <= HAIRLINE_PX;
  /** @type {Line[]} */
  const lit = [];
  for (const link of links) {
    if (!meet(link.box, view) || look.hidden.has(link.id)) continue;
    if (look.lit.has(link.id)) lit.push(link);
    if (look.isOff) continue;
    const isBad = look.cut.has(link.id) || look.wrong.has(link.id);
    const into = look.kept && !look.kept.has(link.id) ? faint : paths;
    trace(pathIn(into, isBad ? tokens.bad : colourOf(link, tokens), isFine), link.curve);
  }
  context.lineWidth = Math.max(LINK_WIDTH, LEAST_PX / context.getTransform().a);
  context.lineCap = "round";
  strokeAll(context, faint, FAINT);
  strokeAll(context, paths, look.opacity);
  context.lineWidth = LINK_WIDTH * 2;
  for (const link of lit) strokeCurve(context, link.curve, colourOf(link, tokens));
}

/** @param {Paths} paths @param {string} colour @param {boolean} isShared  one for all lines of a colour */
function pathIn(paths, colour, isShared) {
  const found = entryOf(paths, colour, () => []);
  if (!found.length || !isShared) found.push(new Path2D());
  return found[found.length - 1];
}

/** @param {CanvasRenderingContext2D} context @param {Paths} paths @param {number} opacity */
function strokeAll(context, paths, opacity) {
  context.globalAlpha = opacity;
  for (const [colour, each] of paths) {
    context.strokeStyle = colour;
    for (const path of each) context.stroke(path);
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {readonly number[]} curve @param {string} colour */
export function strokeCurve(context, curve, colour) {
  const path = new Path2D();
  trace(path, curve);
  context.strokeStyle = colour;
  context.stroke(path);
}

/** @param {Path2D} path @param {readonly number[]} curve */
function trace(path, curve) {
  if (curve.length < 8) return;
  path.moveTo(curve[0], curve[1]);
  for (let at = 2; at < curve.length; at += 6) {
    path.bezierCurveTo(curve[at], curve[at + 1], curve[at + 2], curve[at + 3], curve[at + 4], curve[at + 5]);
  }
}

/** @param {{ type: string }} link @param {Tokens} tokens */
export const colourOf = (link, tokens) => tokens.links.get(typeWord(link.type)) ?? tokens.faint;
