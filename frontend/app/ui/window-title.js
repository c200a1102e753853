// @ts-check
/** The window's title and icon say how far the work is, for those who look at something else. */

import { effect } from "@preact/signals-core";

const NAME = "Sfumato";
/** The icon is drawn in so many parts, so that not every step makes a new one. */
const PARTS = 16;

/** @param {import("../app.js").App} app */
export function startTitle(app) {
  const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="icon"]'));
  const usual = icon?.href ?? "";
  let shown = -1;
  effect(() => {
    const { working, left } = app.queue;
    const { step = 0, steps = 0 } = working.value ?? {};
    const title = app.workspace.active.value?.title.value ?? "";
    document.title = titleOf({ left: left.value, step, steps, title });
    const part = left.value ? Math.round((steps ? step / steps : 0) * PARTS) : -1;
    if (part === shown || !icon) return;
    shown = part;
    icon.href = part < 0 ? usual : iconOf(part / PARTS);
  });
}

/** @param {{ left: number, step: number, steps: number, title: string }} how @returns {string} */
export function titleOf({ left, step, steps, title }) {
  const count = left ? `(${left}) ` : "";
  const at = left && steps ? `${step}/${steps} ` : "";
  return `${count}${at}${title ? `${title} – ` : ""}${NAME}`;
}

/** A ring that fills. @param {number} part  0 to 1 @returns {string} */
function iconOf(part) {
  const round = 2 * Math.PI * 11;
  const ring = (/** @type {string} */ colour, /** @type {number} */ of) =>
    `<circle cx="16" cy="16" r="11" fill="none" stroke="${colour}" stroke-width="7" stroke-dasharray="${of * round} ${round}" transform="rotate(-90 16 16)"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${ring("#8a90a0", 1)}${ring("#5b7cf5", part)}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
