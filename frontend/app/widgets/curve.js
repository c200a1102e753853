// @ts-check
/** A curve, drawn small in its row; it is edited in a box of its own. */

import { asCurve, drawnPoints, pointsOf } from "./curve-points.js";
import { hasPressKeys, markChanged, pillIn } from "./row.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 60;
const HEIGHT = 14;
const GAP = 2;

/** @type {import("./registry.js").MountWidget} */
export function mountCurve(host, control) {
  const pill = pillIn(host, control, "button", "pill-curve");
  pill.dataset.field = "";
  pill.setAttribute("aria-haspopup", "dialog");
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  picture.append(line);
  pill.append(picture);
  const open = () => {
    const { left, bottom } = pill.getBoundingClientRect();
    const given = {
      label: control.label,
      points: pointsOf(control.get()),
      onPoints: (/** @type {import("./curve-points.js").Point[]} */ points) =>
        control.set(asCurve(points, control.get()), { isTyping: true }),
    };
    control.app.overlays.show({ kind: "curve", at: { x: left, y: bottom + GAP }, given });
  };
  const update = () => {
    line.setAttribute("points", drawnPoints(pointsOf(control.get()), WIDTH, HEIGHT));
    markChanged(pill, control);
  };
  pill.addEventListener("click", open);
  hasPressKeys(pill, open);
  update();
  return { update, focus: () => pill.focus({ preventScroll: true }) };
}
