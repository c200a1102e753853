// @ts-check
/** What nodes show, as events and jobs tell of it: pictures and texts. */

/** @typedef {import("./runs.js").Picture} Picture */
/** @typedef {Record<string, readonly any[]> | null | undefined} Ui */

const PICTURE = /\.(png|jpe?g|webp|gif|avif|bmp)$/i;
/** Pixels of what nodes show: sharp at twice a node's width. */
const ON_NODE = 512;

/** Return the address of a file as it lies there. @param {{ kind: string, name: string }} file */
export const fileAddress = ({ kind, name }) =>
  `api/v1/files/${kind}/${name.split("/").map(encodeURIComponent).join("/")}`;

/** Return the address of a small form of a file. @param {{ kind: string, name: string }} file @param {number} size pixels */
export const thumbnailAddress = (file, size) => `${fileAddress(file)}?thumbnail=${size}`;

/** @param {Ui} ui @returns {Picture[]} what a node has saved or shown */
export const picturesIn = (ui) =>
  itemsIn(ui).flatMap((each) => {
    if (typeof each?.filename !== "string" || !PICTURE.test(each.filename)) return [];
    const name = each.subfolder ? `${each.subfolder}/${each.filename}` : each.filename;
    const file = { kind: each.type ?? "output", name };
    return [{ address: fileAddress(file), small: thumbnailAddress(file, ON_NODE), name, file }];
  });

/** @param {Ui} ui @returns {string[]} */
export const textsIn = (ui) => itemsIn(ui).filter((each) => typeof each === "string");

/** @param {Ui} ui @returns {any[]} */
const itemsIn = (ui) => Object.values(ui ?? {}).flatMap((each) => (Array.isArray(each) ? each : []));

/** Return a picture with its size; of one that can not be read, a square. @param {Picture} picture @returns {Promise<Picture>} */
export async function measured(picture) {
  const image = new Image();
  image.src = picture.small ?? picture.address;
  try {
    await image.decode();
  } catch {
    return { ...picture, width: 1, height: 1 };
  }
  return { ...picture, width: image.naturalWidth, height: image.naturalHeight };
}
