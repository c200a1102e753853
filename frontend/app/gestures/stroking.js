// @ts-check
/** A stroke is drawn, and links that it crosses are marked: what cutting and dotting have in common. */

/** @typedef {import("../geometry/camera.js").Point} Point */
/** @typedef {import("../geometry/graph-index.js").PlacedLink} PlacedLink */
/** @typedef {import("../surface/links.js").LinkLook} LinkLook */
/**
 * @typedef {{
 *   name: string, colour: (tokens: import("../surface/tokens.js").Tokens) => string,
 *   cross: (link: PlacedLink, from: Point, to: Point) => boolean,
 *   look: () => Partial<LinkLook>, done: () => void,
 * }} Stroke
 */

/**
 * @param {import("../app.js").App} app @param {import("./machine.js").Pointer} start @param {Stroke} about
 * @returns {import("./machine.js").GestureState}
 */
export function stroking(app, start, { name, colour, cross, look, done }) {
  const { surface, index } = app.canvas;
  const stroke = [start.point];

  /** @type {import("../surface/surface.js").Painter} */
  function paint(context, camera, tokens) {
    context.strokeStyle = colour(tokens);
    context.lineWidth = 2 / camera.zoom;
    context.setLineDash([6 / camera.zoom, 4 / camera.zoom]);
    context.beginPath();
    for (const { x, y } of stroke) context.lineTo(x, y);
    context.stroke();
    context.setLineDash([]);
  }

  surface.painters.add(paint);
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name,
    cursor: "crosshair",
    move: ({ point }) => {
      const last = stroke[stroke.length - 1];
      stroke.push(point);
      let isNew = false;
      for (const link of index.links.values()) isNew = cross(link, last, point) || isNew;
      if (isNew) surface.lookAt(look());
      surface.invalidate("overlay");
      return state;
    },
    up: () => {
      done();
      return null;
    },
    end: () => {
      surface.painters.delete(paint);
      surface.lookAt({ cut: new Set(), lit: new Set() });
      surface.invalidate("overlay");
    },
  };
  return state;
}
