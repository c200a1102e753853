// @ts-check
/** Pictures as files of the server: their addresses, and the values that Load Image knows them by. */

import { fileAddress, thumbnailAddress } from "./shown.js";

/** @typedef {import("./runs.js").Picture} Picture */
/** @typedef {{ kind: string, name: string }} FileName  kind: "input", "output" or "temp" */

/** Pixels of what nodes show: sharp at twice a node's width. */
const ON_NODE = 512;
const PLACED = /^(.*) \[(input|output|temp)\]$/s;

/** Return the file that a value names: "a.png", "b.png [output]". @param {string} value @returns {FileName} */
export function fileOf(value) {
  const [, name = value, kind = "input"] = PLACED.exec(value) ?? [];
  return { kind, name };
}

/** @param {FileName} file */
export const fileValue = ({ kind, name }) => (kind === "input" ? name : `${name} [${kind}]`);

/** @param {FileName} file @returns {Picture} */
export const pictureOf = (file) => ({
  address: fileAddress(file),
  small: thumbnailAddress(file, ON_NODE),
  name: file.name,
  file,
});

/** Return where a picture is in full size. @param {Picture} picture */
export const fullAddress = ({ file, address }) => (file ? fileAddress(file) : address);

/** Return where a small form of a picture is. @param {Picture} picture @param {number} size  pixels a side at most */
export const smallAddress = ({ file, address }, size) => (file ? thumbnailAddress(file, size) : address);

/** Return the name without its folders. @param {Picture} picture */
export const shortName = ({ name }) => name.slice(name.lastIndexOf("/") + 1);
