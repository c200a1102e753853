// @ts-check
/** The tiles of the gallery that are seen. */

import { html } from "htm/preact";
import { shortName, smallAddress } from "../../state/picture-files.js";
import { icon } from "../../ui/icons.js";

/** @typedef {import("./items.js").GalleryItems} GalleryItems */

/** Pixels: about how wide a tile is, the gap, and how sharp thumbnails are. */
const TILE = 96;
const GAP = 6;
const SHARP = 256;
/** Rows beyond what is seen. */
const MORE = 2;

/** @param {number} width */
export function tileSize(width) {
  const columns = Math.max(1, Math.floor((width + GAP) / (TILE + GAP)));
  return { columns, size: Math.max(40, (width + GAP) / columns) };
}

/**
 * @param {{ items: GalleryItems, room: { width: number, height: number, top: number }, active: number, onOpen: (index: number) => void, onMenu: (event: MouseEvent, index: number) => void }} props
 */
export function GalleryTiles({ items, room, active, onOpen, onMenu }) {
  items.version.value;
  const total = items.total.value ?? 0;
  const chosen = items.chosen.value;
  if (!room.width) return null;
  const { columns, size } = tileSize(room.width);
  const first = Math.max(0, Math.floor(room.top / size) - MORE) * columns;
  const last = Math.min(total, (Math.ceil((room.top + room.height) / size) + MORE) * columns);
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  return indices.map((index) => {
    const picture = items.picture(index);
    const isChosen = Boolean(picture && chosen.has(picture.address));
    const press = (/** @type {MouseEvent} */ event) => {
      const isCheck = /** @type {Element} */ (event.target).closest(".gallery-check");
      if (isCheck || event.ctrlKey || event.metaKey || event.shiftKey || chosen.size) items.toggle(index);
      else onOpen(index);
    };
    const style = {
      left: `${(index % columns) * size}px`,
      top: `${Math.floor(index / columns) * size}px`,
      width: `${size - GAP}px`,
      height: `${size - GAP}px`,
    };
    return html`<div key=${index} id=${`gallery-${index}`} class=${`gallery-tile ${index === active ? "is-active" : ""}`} role="option"
      aria-selected=${isChosen} aria-setsize=${total} aria-posinset=${index + 1} aria-label=${picture?.prompt || picture?.name || ""}
      data-index=${index} draggable=${Boolean(picture)} style=${style} title=${picture?.prompt || picture?.name} onClick=${press}
      onContextMenu=${(/** @type {MouseEvent} */ event) => {
        event.preventDefault();
        if (picture) onMenu(event, index);
      }}>
      ${
        picture &&
        html`<img src=${smallAddress(picture, SHARP)} alt="" loading="lazy" decoding="async" draggable=${false} />
        <span class="gallery-check">${isChosen && icon("check")}</span>
        <span class="gallery-name">${shortName(picture)}</span>`
      }
    </div>`;
  });
}
