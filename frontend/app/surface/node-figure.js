// @ts-check
/** What a node shows: pictures side by side, the newest preview while it samples, texts. */

import { t } from "../i18n.js";
import { shortName } from "../state/picture-files.js";
import { iconElement } from "../ui/icons.js";
import { gridOf } from "./figure-grid.js";
import { carry } from "./picture-drag.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("../state/pictures.js").Shown} Shown */

/** Shows two pictures to be compared. */
const COMPARING = "ImageCompare";

export class NodeFigure {
  /** What is drawn; it is drawn again when it changes. */
  #key = "";
  /** @type {Shown} */
  #shown = { pictures: [], texts: [], from: "" };
  #id = "";
  #isComparing = false;

  /** @param {App} app @param {HTMLElement} host */
  constructor(app, host) {
    this.app = app;
    this.host = host;
    host.addEventListener("click", (event) => this.#onClick(event));
    host.addEventListener("dblclick", (event) => this.#onDoubleClick(event));
    host.addEventListener("contextmenu", (event) => this.#onMenu(event));
    host.addEventListener("dragstart", (event) => this.#onDrag(event));
  }

  /** @param {PlacedNode} placed @param {import("../state/runs.js").NodeRun} run */
  update(placed, run) {
    this.#id = placed.id;
    this.#isComparing = placed.node.type === COMPARING;
    const place = placed.box.picture;
    this.host.hidden = !place;
    if (place) Object.assign(this.host.style, { top: `${place.y}px`, height: `${place.height}px` });
    const shown = this.app.pictures.shown(placed, run);
    const key = JSON.stringify([shown.from, shown.pictures.map((each) => each.address), shown.texts]);
    if (key === this.#key) return;
    const isNext = shown.from === "preview" && this.#shown.from === "preview" && !shown.texts.length;
    this.#key = key;
    this.#shown = shown;
    const image = this.host.querySelector("img");
    // the element stays, so that the picture before is seen until the next is decoded
    if (isNext && image) image.src = shown.pictures[0].small ?? shown.pictures[0].address;
    else this.#build(shown);
  }

  /** @param {Shown} shown */
  #build({ pictures, texts, from }) {
    const parts = [];
    if (pictures.length) parts.push(this.#grid(pictures));
    if (texts.length) parts.push(textOf(texts));
    if (from === "file") parts.push(this.#maskButton());
    this.host.dataset.from = from;
    this.host.replaceChildren(...parts);
  }

  /** @param {Shown["pictures"]} pictures */
  #grid(pictures) {
    const { columns, rows, count } = gridOf(pictures);
    const grid = element("div", "figure-grid");
    grid.style.gridTemplate = `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))`;
    for (const [index, picture] of pictures.slice(0, count).entries()) {
      const tile = element("button", "figure-tile");
      tile.type = "button";
      tile.tabIndex = -1;
      tile.dataset.picture = String(index);
      tile.dataset.takesPointer = "";
      tile.draggable = true;
      tile.setAttribute("aria-label", t("picture.of", { name: shortName(picture) }));
      const image = new Image();
      image.alt = "";
      image.draggable = false;
      image.decoding = "async";
      image.src = picture.small ?? picture.address;
      tile.append(image);
      if (index === count - 1 && pictures.length > count) {
        const more = element("span", "figure-more");
        more.textContent = `+${pictures.length - count}`;
        tile.append(more);
      }
      grid.append(tile);
    }
    return grid;
  }

  #maskButton() {
    const button = element("button", "figure-mask");
    button.type = "button";
    button.tabIndex = -1;
    button.setAttribute("aria-label", t("command.picture.mask"));
    button.dataset.tip = t("command.picture.mask");
    button.append(iconElement("brush"));
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      this.app.commands.run(this.app, "picture.mask", { nodeId: this.#id });
    });
    return button;
  }

  /** @param {Event} event */
  #about(event) {
    const tile = /** @type {HTMLElement | null} */ (
      /** @type {Element} */ (event.target).closest("[data-picture]")
    );
    if (!tile) return null;
    return { pictures: this.#shown.pictures, index: Number(tile.dataset.picture), nodeId: this.#id };
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    if (!this.#about(event)) return;
    const { selection } = this.app.tab;
    if (event.shiftKey || event.ctrlKey || event.metaKey) selection.toggle(this.#id);
    else selection.set({ nodes: [this.#id] });
    this.app.canvas.surface.host.focus({ preventScroll: true });
  }

  /** @param {MouseEvent} event */
  #onDoubleClick(event) {
    const about = this.#about(event);
    if (!about) return;
    event.stopPropagation();
    if (this.#isComparing && about.pictures.length > 1)
      this.app.commands.run(this.app, "picture.compare", { ...about, index: 0 });
    else this.app.commands.run(this.app, "picture.open", about);
  }

  /** @param {MouseEvent} event */
  #onMenu(event) {
    const about = this.#about(event);
    if (!about || event.ctrlKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.app.tab.selection.set({ nodes: [this.#id] });
    this.app.commands.run(this.app, "picture.menu", { ...about, at: { x: event.clientX, y: event.clientY } });
  }

  /** @param {DragEvent} event */
  #onDrag(event) {
    const about = this.#about(event);
    if (about && event.dataTransfer) carry(event.dataTransfer, about.pictures[about.index]);
  }
}

/** @param {readonly string[]} texts */
function textOf(texts) {
  const text = element("div", "figure-text");
  text.dataset.takesPointer = "";
  text.dataset.scrolls = "";
  text.tabIndex = -1;
  text.textContent = texts.join("\n");
  return text;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {string} name @returns {HTMLElementTagNameMap[K]}
 */
function element(tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}
