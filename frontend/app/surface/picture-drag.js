// @ts-check
/** Pictures on the way from one place to another by a drag: to a node, or out of the browser. */

import { fullAddress, shortName } from "../state/picture-files.js";

/** @typedef {import("../state/runs.js").Picture} Picture */

/** What only our own windows read. */
export const KIND = "application/x-sfumato-picture";

/** Put a picture into a drag. @param {DataTransfer} transfer @param {Picture} picture */
export function carry(transfer, picture) {
  const address = new URL(fullAddress(picture), document.baseURI).href;
  const name = shortName(picture);
  transfer.effectAllowed = "copyLink";
  if (picture.file) transfer.setData(KIND, JSON.stringify(picture.file));
  transfer.setData("text/uri-list", address);
  // Chromium saves the file where it is let go on a desktop
  transfer.setData("DownloadURL", `image/${ending(name)}:${name}:${address}`);
}

/** Return the file that a drag carries within the editor. @param {DataTransfer} transfer */
export function carried(transfer) {
  try {
    return /** @type {import("../state/picture-files.js").FileName} */ (JSON.parse(transfer.getData(KIND)));
  } catch {
    return null;
  }
}

/** Return the picture among files from outside. @param {Iterable<File>} files */
export const pictureAmong = (files) => [...files].find((each) => each.type.startsWith("image/")) ?? null;

/** @param {string} name */
const ending = (name) => name.slice(name.lastIndexOf(".") + 1).toLowerCase();
