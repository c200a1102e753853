// @ts-check
/** A box in which a curve is edited: points are dragged, added by a press, moved by arrow keys. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { drawnPoints, movedPoint, withoutPoint, withPoint } from "./curve-points.js";

/** @typedef {import("./curve-points.js").Point} Point */

const SIDE = 220;
/** Room for points at the edges. */
const EDGE = 8;
const WHOLE = SIDE + 2 * EDGE;
const STEP = 0.01;
const FAR = 0.1;
const KEYS = /** @type {Readonly<Record<string, Point>>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
});

/** @param {{ overlay: import("../ui/overlays.js").Overlay, close: () => void }} props */
export default function CurveEditor({ overlay: { given }, close }) {
  const [points, setPoints] = useState(/** @type {Point[]} */ (given.points));
  const host = useRef(/** @type {SVGSVGElement | null} */ (null));
  const take = (/** @type {Point[]} */ next) => {
    setPoints(next);
    given.onPoints(next);
  };
  useEffect(
    () => /** @type {SVGElement | null | undefined} */ (host.current?.querySelector("circle"))?.focus(),
    [],
  );
  return html`<div class="choices curve-editor" role="dialog" aria-label=${given.label}>
    <svg ref=${host} viewBox=${`-${EDGE} -${EDGE} ${WHOLE} ${WHOLE}`} ...${useDragging(points, take)}>
      <rect width=${SIDE} height=${SIDE} />
      <path d=${`M0 ${SIDE / 2}H${SIDE}M${SIDE / 2} 0V${SIDE}`} />
      <polyline points=${drawnPoints(points, SIDE, SIDE)} />
      ${points.map(
        (
          [x, y],
          index,
        ) => html`<circle key=${index} data-index=${index} cx=${x * SIDE} cy=${(1 - y) * SIDE} r="5"
          tabindex="0" role="slider" aria-label=${t("widget.point", { index: index + 1 })} aria-valuenow=${y}
          aria-valuemin="0" aria-valuemax="1" aria-valuetext=${`${x}, ${y}`}
          onDblClick=${() => take(withoutPoint(points, index))}
          onKeyDown=${(/** @type {KeyboardEvent} */ event) => onKey(event, points, index, take, close)} />`,
      )}
    </svg>
  </div>`;
}

/**
 * A pressed point follows the pointer; a press elsewhere makes one.
 * @param {Point[]} points @param {(points: Point[]) => void} take
 */
function useDragging(points, take) {
  const dragged = useRef(-1);
  const at = (/** @type {PointerEvent} */ event) =>
    placeIn(/** @type {SVGSVGElement} */ (event.currentTarget), event);
  return {
    onPointerDown: (/** @type {PointerEvent} */ event) => {
      /** @type {SVGSVGElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
      dragged.current = Number(/** @type {SVGElement} */ (event.target).dataset.index ?? -1);
      if (dragged.current >= 0) return;
      const added = withPoint(points, at(event));
      dragged.current = added.index;
      take(added.points);
    },
    onPointerMove: (/** @type {PointerEvent} */ event) => {
      if (dragged.current >= 0) take(movedPoint(points, dragged.current, at(event)));
    },
    onPointerUp: () => {
      dragged.current = -1;
    },
  };
}

/**
 * @param {KeyboardEvent} event @param {Point[]} points @param {number} index
 * @param {(points: Point[]) => void} take @param {() => void} close
 */
function onKey(event, points, index, take, close) {
  const way = KEYS[event.key];
  const step = event.shiftKey ? FAR : STEP;
  const [x, y] = points[index];
  if (way) take(movedPoint(points, index, [x + way[0] * step, y + way[1] * step]));
  else if (event.key === "Delete" || event.key === "Backspace") take(withoutPoint(points, index));
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {SVGSVGElement} svg @param {PointerEvent} event @returns {Point} */
function placeIn(svg, event) {
  const { left, top, width } = svg.getBoundingClientRect();
  const scale = WHOLE / width;
  return [((event.clientX - left) * scale - EDGE) / SIDE, 1 - ((event.clientY - top) * scale - EDGE) / SIDE];
}
