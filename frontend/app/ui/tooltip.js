// @ts-check
/** What a button does, when one rests on it or comes to it by keys: anything with `data-tip`. */

import { made } from "./made.js";

const WAIT_MS = 450;
/** Right after one was shown the next comes at once. */
const AGAIN_MS = 300;
const GAP = 6;

/** Show tooltips in this page. @returns {() => void} stops it */
export function startTooltips() {
  const tip = made("div", "tooltip", document.body);
  tip.hidden = true;
  const stop = new AbortController();
  const { signal } = stop;
  let timer = 0;
  let hiddenAt = 0;
  const hide = () => {
    clearTimeout(timer);
    if (!tip.hidden) hiddenAt = performance.now();
    tip.hidden = true;
  };
  const show = (/** @type {Element | null | undefined} */ target, /** @type {number} */ wait) => {
    hide();
    if (target) timer = window.setTimeout(() => fill(tip, target), wait);
  };
  const tipped = (/** @type {Event} */ event) =>
    event.target instanceof Element ? event.target.closest("[data-tip]") : null;
  document.addEventListener(
    "pointerover",
    (event) => {
      if (event.pointerType !== "mouse" || event.buttons) return;
      show(tipped(event), performance.now() - hiddenAt < AGAIN_MS ? 0 : WAIT_MS);
    },
    { signal },
  );
  document.addEventListener(
    "focusin",
    (event) =>
      show(/** @type {Element} */ (event.target).matches(":focus-visible") ? tipped(event) : null, WAIT_MS),
    { signal },
  );
  for (const each of ["pointerdown", "keydown", "focusout", "scroll"])
    document.addEventListener(each, hide, { signal, capture: true });
  return () => {
    stop.abort();
    hide();
    tip.remove();
  };
}

/** @param {HTMLElement} tip @param {Element} target */
function fill(tip, target) {
  if (!target.isConnected) return;
  tip.textContent = target.getAttribute("data-tip");
  const keys = target.getAttribute("data-tip-keys");
  if (keys) made("kbd", "", tip).textContent = keys;
  tip.hidden = false;
  const box = target.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const isRail = target.closest(".rail-left, .rail-right");
  const isLeft = target.closest(".rail-left");
  const below = box.bottom + GAP;
  const x = isRail ? (isLeft ? box.right + GAP : box.left - width - GAP) : box.left + (box.width - width) / 2;
  const y = isRail
    ? box.top + (box.height - height) / 2
    : below + height > innerHeight
      ? box.top - height - GAP
      : below;
  tip.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
  tip.style.top = `${Math.max(4, y)}px`;
}
