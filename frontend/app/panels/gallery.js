// @ts-check
/** What workflows have saved, newest first. Only the rows that are seen are in the page. */

import { html } from "htm/preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { remove } from "../pictures/deeds.js";
import { carry } from "../surface/picture-drag.js";
import { IconButton } from "../ui/command-button.js";
import { icon } from "../ui/icons.js";
import { GalleryItems } from "./gallery/items.js";
import { Search } from "./gallery/search.js";
import { GalleryTiles, tileSize } from "./gallery/tiles.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/runs.js").Picture} Picture */

/** @param {{ app: App }} props */
export default function Gallery({ app }) {
  const items = useMemo(() => new GalleryItems(app), []);
  useEffect(() => items.follow(), []);
  const total = items.total.value;
  return html`<div class="gallery">
    <${Search} onSearch=${(/** @type {Record<string, string | number>} */ search) => items.search(search)} />
    <${Grid} app=${app} items=${items} />
    ${total === 0 && html`<p class="gallery-none">${icon("gallery")}<span>${t(items.isSearched ? "gallery.none" : "gallery.empty")}</span></p>`}
    <${Footer} app=${app} items=${items} />
  </div>`;
}

/** @param {{ app: App, items: GalleryItems }} props */
function Grid({ app, items }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  const [room, setRoom] = useState({ width: 0, height: 0, top: 0 });
  const [active, setActive] = useState(0);
  useEffect(() => {
    const element = /** @type {HTMLElement} */ (host.current);
    const measure = () =>
      setRoom({ width: element.clientWidth, height: element.clientHeight, top: element.scrollTop });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => observer.disconnect();
  }, []);
  const total = items.total.value ?? 0;
  const { columns, size } = tileSize(room.width);
  const show = (/** @type {number} */ index) => {
    const next = Math.max(0, Math.min(total - 1, index));
    setActive(next);
    const element = /** @type {HTMLElement} */ (host.current);
    const top = Math.floor(next / columns) * size;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + size > element.scrollTop + element.clientHeight)
      element.scrollTop = top + size - element.clientHeight;
  };
  const open = (/** @type {number} */ index) => {
    setActive(index);
    app.commands.run(app, "picture.open", items.given(index));
  };
  const menu = (/** @type {number} */ index, /** @type {{ x: number, y: number }} */ at) => {
    setActive(index);
    app.commands.run(app, "picture.menu", { ...items.given(index), at });
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    /** @type {Record<string, () => unknown>} */
    const keys = {
      ArrowLeft: () => show(active - 1),
      ArrowRight: () => show(active + 1),
      ArrowUp: () => show(active - columns),
      ArrowDown: () => show(active + columns),
      Home: () => show(0),
      End: () => show(total - 1),
      PageUp: () => show(active - columns * Math.max(1, Math.floor(room.height / size))),
      PageDown: () => show(active + columns * Math.max(1, Math.floor(room.height / size))),
      Enter: () => open(active),
      " ": () => items.toggle(active),
      Delete: () => removeChosen(app, items, active),
      Escape: () => items.chosen.value.size && items.clear(),
      ContextMenu: () => menu(active, below(active)),
      ...(event.shiftKey && { F10: () => menu(active, below(active)) }),
    };
    if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  };
  return html`<div class="gallery-grid" ref=${host} role="listbox" aria-multiselectable="true" tabindex="0" aria-label=${t("gallery.pictures")}
    aria-activedescendant=${total ? `gallery-${active}` : undefined} onKeyDown=${onKey}
    onDragStart=${(/** @type {DragEvent} */ event) => dragged(event, items)}>
    <div class="gallery-all" role="presentation" style=${{ height: `${Math.ceil(total / columns) * size}px` }}>
      <${GalleryTiles} items=${items} room=${room} active=${active} onOpen=${open} onMenu=${(
        /** @type {MouseEvent} */ event,
        /** @type {number} */ index,
      ) => menu(index, { x: event.clientX, y: event.clientY })} />
    </div>
  </div>`;
}

/** Where the menu of a tile lies that was opened by a key. @param {number} index */
function below(index) {
  const { left, bottom } =
    document.getElementById(`gallery-${index}`)?.getBoundingClientRect() ?? new DOMRect();
  return { x: left, y: bottom };
}

/** @param {DragEvent} event @param {GalleryItems} items */
function dragged(event, items) {
  const tile = /** @type {HTMLElement | null} */ (
    /** @type {Element} */ (event.target).closest("[data-index]")
  );
  const picture = tile && items.picture(Number(tile.dataset.index));
  if (picture && event.dataTransfer) carry(event.dataTransfer, picture);
}

/** @param {App} app @param {GalleryItems} items @param {number} [active] */
async function removeChosen(app, items, active) {
  const chosen = [...items.chosen.peek().values()];
  const one = active === undefined ? undefined : items.picture(active);
  const pictures = chosen.length ? chosen : one ? [one] : [];
  try {
    if (pictures.length && (await remove(app, pictures))) items.clear();
  } catch (problem) {
    app.notices.problem(problem);
  }
}

/** @param {{ app: App, items: GalleryItems }} props */
function Footer({ app, items }) {
  const chosen = [...items.chosen.value.values()];
  const total = items.total.value;
  if (!chosen.length) {
    if (!total) return null;
    return html`<div class="gallery-footer" role="status">
      <span>${t("gallery.count", { count: total })}</span>
      ${!items.isComplete.value && html`<span>${t("gallery.looking")}</span>`}
    </div>`;
  }
  const compare = () => app.commands.run(app, "picture.compare", { pictures: chosen, index: 0 });
  return html`<footer class="gallery-footer is-chosen">
    <span role="status">${t("gallery.chosen", { count: chosen.length })}</span>
    <span class="picture-space"></span>
    <button type="button" class="button" disabled=${chosen.length < 2} onClick=${compare}>${icon("compare")}${t("gallery.compare")}</button>
    <${IconButton} name="trash" label=${t("command.picture.delete")} onClick=${() => removeChosen(app, items)} />
    <${IconButton} name="close" label=${t("gallery.clear")} onClick=${() => items.clear()} />
  </footer>`;
}
