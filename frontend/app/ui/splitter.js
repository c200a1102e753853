// @ts-check
/** The line between a dock and the graph: dragged, moved by keys, set back by a double click. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { LEAST, MOST, USUAL } from "./layout.js";

const STEP = 16;

/** @param {{ layout: import("./layout.js").Layout, side: import("./layout.js").Side }} props */
export function Splitter({ layout, side }) {
  const width = layout.widths.value[side];
  const way = side === "left" ? 1 : -1;
  const set = (/** @type {number} */ wanted) => {
    layout.resize(side, wanted);
    layout.keep();
  };
  /** @type {Record<string, number>} */
  const places = {
    ArrowLeft: width - way * STEP,
    ArrowRight: width + way * STEP,
    Home: LEAST,
    End: MOST,
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (!(event.key in places)) return;
    event.preventDefault();
    event.stopPropagation();
    set(places[event.key]);
  };
  return html`<div class="splitter" role="separator" tabindex="0" aria-orientation="vertical"
    aria-label=${t(`shell.splitter.${side}`)} aria-valuenow=${width} aria-valuemin=${LEAST} aria-valuemax=${MOST}
    onKeyDown=${onKey} onDblClick=${() => set(USUAL[side])}
    onPointerDown=${(/** @type {PointerEvent} */ event) => drag(event, layout, side, way)}></div>`;
}

/** @param {PointerEvent} event @param {import("./layout.js").Layout} layout @param {import("./layout.js").Side} side @param {number} way */
function drag(event, layout, side, way) {
  if (event.button) return;
  const line = /** @type {HTMLElement} */ (event.currentTarget);
  const start = layout.widths.value[side] - way * event.clientX;
  const stop = new AbortController();
  const { signal } = stop;
  line.setPointerCapture(event.pointerId);
  line.addEventListener("pointermove", (moved) => layout.resize(side, start + way * moved.clientX), {
    signal,
  });
  line.addEventListener(
    "lostpointercapture",
    () => {
      stop.abort();
      layout.keep();
    },
    { signal },
  );
}
