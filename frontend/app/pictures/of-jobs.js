// @ts-check
/** The pictures that jobs have saved or shown. */

import { pictureOf } from "../state/picture-files.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/queue.js").Job} Job */
/** @typedef {import("../state/runs.js").Picture} Picture */

const PICTURE = /\.(png|jpe?g|webp|gif|avif)$/i;

/**
 * Return the pictures of a job that are still there; whoever draws them is drawn again when some are deleted.
 * @param {App} app @param {Job} job @returns {Picture[]}
 */
export const picturesOf = (app, { outputs }) =>
  thereOf(
    app,
    outputs
      .filter((each) => each.url && PICTURE.test(each.name))
      .map(({ kind, name }) => pictureOf({ kind, name })),
  );

/** Leave out what was deleted. @param {App} app @param {readonly Picture[]} pictures @returns {Picture[]} */
export const thereOf = ({ pictures: { gone } }, pictures) =>
  pictures.filter((each) => !gone.value.has(each.address));
