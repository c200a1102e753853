// @ts-check
/**
 * Draws what is open over everything. With `at` it lies at a point and inside the window, and a press
 * elsewhere closes it. A modal one keeps the focus and lies over a dimmed window. Any other, such as a
 * native dialog, places itself.
 */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { overlayLoader } from "./overlays.js";
import { Slot } from "./slot.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./overlays.js").Overlay} Overlay */

const MARGIN = 8;
const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';

/** @param {{ app: App }} props */
export function OverlayHost({ app }) {
  return app.overlays.open.value.map(
    (overlay) => html`<${Place} key=${overlay.kind} app=${app} overlay=${overlay} />`,
  );
}

/** @param {{ app: App, overlay: Overlay }} props */
function Place({ app, overlay }) {
  const { kind, at, isModal } = overlay;
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  const close = () => {
    app.overlays.close(kind);
  };
  useEffect(() => {
    const element = /** @type {HTMLElement} */ (host.current);
    const stop = new AbortController();
    const onPress = (/** @type {PointerEvent} */ event) => {
      const target = /** @type {Element} */ (event.target);
      // the button that opened it closes it by itself
      const isOutside = !element.contains(target) && !target.closest('[aria-haspopup][aria-expanded="true"]');
      if (at ? isOutside : isModal && target === element) close();
    };
    const { signal } = stop;
    document.addEventListener("pointerdown", onPress, { capture: true, signal });
    // also when what had the focus is gone, and the window hears the key
    const onKey = (/** @type {KeyboardEvent} */ event) =>
      app.overlays.open.peek().at(-1) === overlay && keepFocus(event, element);
    if (isModal) document.addEventListener("keydown", onKey, { signal });
    const observer = at && keptInWindow(element, at);
    return () => {
      stop.abort();
      observer?.disconnect();
    };
  }, [overlay]);
  const load = overlayLoader(kind);
  if (!load) return null;
  const name = at ? "is-placed" : isModal ? "is-modal" : "is-free";
  return html`<div class=${`overlay ${name}`} data-overlay=${kind} ref=${host}>
    <${Slot} load=${load} with=${{ overlay, app, close }} />
  </div>`;
}

/**
 * Keep a box at a point and inside the window, whatever its size becomes.
 * @param {HTMLElement} element @param {{ x: number, y: number }} at
 */
function keptInWindow(element, at) {
  const place = () => {
    const { width, height } = element.getBoundingClientRect();
    const x = Math.min(at.x, innerWidth - width - MARGIN);
    const fitsBelow = at.y + height + MARGIN <= innerHeight;
    const y = fitsBelow ? at.y : Math.max(at.y - height, innerHeight - height - MARGIN);
    element.style.left = `${Math.max(MARGIN, x)}px`;
    element.style.top = `${Math.max(MARGIN, Math.min(y, innerHeight - height - MARGIN))}px`;
  };
  const observer = new ResizeObserver(place);
  observer.observe(element);
  place();
  return observer;
}

/** Go round inside. @param {KeyboardEvent} event @param {HTMLElement} host */
function keepFocus(event, host) {
  if (event.key !== "Tab" || event.defaultPrevented) return;
  const all = [...host.querySelectorAll(FOCUSABLE)].filter((each) => each.checkVisibility());
  const [first, last] = [all[0], all.at(-1)];
  const { activeElement } = document;
  const edge = event.shiftKey ? first : last;
  if (!first || (activeElement !== edge && all.some((each) => each === activeElement))) return;
  event.preventDefault();
  /** @type {HTMLElement} */ (event.shiftKey ? last : first).focus();
}
