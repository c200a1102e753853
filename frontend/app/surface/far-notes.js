// @ts-check
/** Draws notes that are not in the page: their paper, and their title while there is room. */

import { meet } from "../geometry/camera.js";
import { HEADER } from "../geometry/node-box.js";

const TITLE = 13;
const LEAST_TITLE_PX = 11;
const TINT = 0.16;

/**
 * @param {CanvasRenderingContext2D} context  transformed to graph units
 * @param {Iterable<import("../geometry/drawing.js").PlacedNote>} notes @param {import("../geometry/camera.js").Box} view
 * @param {number} zoom @param {import("./tokens.js").Tokens} tokens
 * @param {ReadonlySet<string>} [selected] @param {ReadonlyMap<string, unknown>} [mounted]
 */
export function drawFarNotes(context, notes, view, zoom, tokens, selected = new Set(), mounted = new Map()) {
  for (const { id, x, y, width, height, note } of notes) {
    if (mounted.has(id) || !meet({ x, y, width, height }, view)) continue;
    context.fillStyle = tokens.node;
    context.fillRect(x, y, width, height);
    context.globalAlpha = TINT;
    context.fillStyle = tokens.hues.get(note.color ?? "yellow") ?? tokens.faint;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    context.lineWidth = (selected.has(id) ? 2.5 : 1) / zoom;
    context.strokeStyle = selected.has(id) ? tokens.accent : tokens.outline;
    context.strokeRect(x, y, width, height);
    const size = Math.max(TITLE, LEAST_TITLE_PX / zoom);
    if (size > height / 2) continue;
    context.font = `600 ${size}px ${tokens.font}`;
    context.fillStyle = tokens.text;
    context.textBaseline = "middle";
    context.fillText(note.title ?? "", x + 10, y + Math.max(HEADER, size * 1.4) / 2, Math.max(1, width - 20));
  }
}
