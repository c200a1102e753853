// @ts-check
/** Draws the lines that show what a dragged thing lies level with. */

/** @typedef {import("../geometry/snap.js").Guide} Guide */

/**
 * @param {() => readonly Guide[]} guidesOf  those of now
 * @returns {import("./surface.js").Painter}
 */
export const guidePainter = (guidesOf) => (context, camera, tokens) => {
  const guides = guidesOf();
  if (!guides.length) return;
  context.beginPath();
  for (const { isUpright, at, from, to } of guides) {
    context.moveTo(isUpright ? at : from, isUpright ? from : at);
    context.lineTo(isUpright ? at : to, isUpright ? to : at);
  }
  context.lineWidth = 1 / camera.zoom;
  context.strokeStyle = tokens.accent;
  context.stroke();
};
