// @ts-check
/**
 * What is seen of a graph, in layers: a canvas (grid, frames, links, far nodes), the mounted nodes,
 * a canvas for what is going on (a dragged link, a marquee). One loop draws what is out of date;
 * while nothing changes, nothing runs.
 */

import { originOf, seen } from "../geometry/camera.js";
import { NOTHING } from "../state/selection.js";
import { drawDots } from "./dots.js";
import { drawFarNodes } from "./far-nodes.js";
import { drawFarNotes } from "./far-notes.js";
import { drawFrames } from "./frames.js";
import { Grid } from "./grid.js";
import { drawLinks, PLAIN } from "./links.js";
import { LINGER_MS, Mounting } from "./mounting.js";
import { NodeLayer } from "./node-layer.js";
import { drawRails } from "./rails.js";
import { readTokens } from "./tokens.js";

/** @typedef {import("../geometry/camera.js").Camera} Camera */
/** @typedef {import("../geometry/graph-index.js").GraphIndex} GraphIndex */
/** @typedef {import("../geometry/graph-index.js").Changed} Changed */
/** @typedef {import("./mounting.js").NodeView} NodeView */
/** @typedef {import("./far-nodes.js").State} State */
/** @typedef {(context: CanvasRenderingContext2D, camera: Camera, tokens: import("./tokens.js").Tokens) => void} Painter */
/**
 * @typedef {{
 *   makeView: (placed: import("../geometry/graph-index.js").PlacedNode) => NodeView,
 *   makeNote?: (placed: import("../geometry/drawing.js").PlacedNote) => import("./mounting.js").View<import("../geometry/drawing.js").PlacedNote>,
 *   stateOf?: (id: string) => State,
 *   pictureOf?: (id: string) => CanvasImageSource | null,
 * }} Sources
 */

/** Between two times that nodes are taken out. */
const TIDY_MS = 100;

export class Surface {
  /** @type {Camera} */
  camera = { x: 0, y: 0, zoom: 1 };
  /** Pixels. */
  size = { width: 0, height: 0 };
  /** @type {ReadonlySet<string>} nodes that stay mounted: focused, dragged, selected */
  pinned = new Set();
  /** @type {import("../state/selection.js").Selected} */
  selected = NOTHING;
  /** @type {import("./links.js").LinkLook} */
  look = PLAIN;
  /** @type {Set<Painter>} draw on the upper canvas */
  painters = new Set();
  /** Work done so far, for tests. */
  counts = { frames: 0, backs: 0, overlays: 0, walks: 0 };
  /** @type {Set<(camera: Camera) => void>} */
  #cameraListeners = new Set();
  /** @type {Set<() => void>} */
  #updateListeners = new Set();
  #dirty = { back: false, nodes: false, overlay: false, camera: false };
  #requested = 0;
  #timer = 0;
  #grid = new Grid();
  #isShown = false;

  /**
   * @param {HTMLElement} host @param {GraphIndex} index @param {Sources} sources
   */
  constructor(host, index, sources) {
    this.host = host;
    this.index = index;
    this.sources = sources;
    this.back = layer(host, "canvas", "surface-back");
    this.layer = layer(host, "div", "surface-nodes");
    this.front = layer(host, "canvas", "surface-front");
    this.front.hidden = true;
    this.nodeLayer = new NodeLayer(this.layer);
    this.mounting = new Mounting(this.layer, sources.makeView);
    this.notes = new Mounting(this.layer, sources.makeNote ?? emptyView);
    this.tokens = readTokens(host);
    this.observer = new ResizeObserver(([entry]) => {
      this.#resize(entry.contentRect);
      // a canvas of another size is empty: drawn before it is seen, it does not flicker
      cancelAnimationFrame(this.#requested);
      this.#frame();
    });
    this.observer.observe(host);
    this.#resize(host.getBoundingClientRect());
  }

  /**
   * Show a level of a document, which the index follows.
   * @param {Changed} changed
   */
  show(changed) {
    this.#isShown = true;
    this.update(changed);
  }

  /** @param {Changed} changed */
  update(changed) {
    for (const id of changed.nodes) {
      const placed = this.index.nodes.get(id);
      if (placed) this.mounting.views.get(id)?.update(placed);
    }
    for (const id of changed.notes ?? []) {
      const placed = this.index.drawing.notes.get(id);
      if (placed) this.notes.views.get(id)?.update(placed);
    }
    for (const listener of this.#updateListeners) listener();
    this.invalidate("nodes");
    this.invalidate("back");
  }

  /** Hear when nodes lie elsewhere or have another size. @param {() => void} listener @returns {() => void} */
  onUpdate(listener) {
    this.#updateListeners.add(listener);
    return () => this.#updateListeners.delete(listener);
  }

  /** Show the links otherwise. @param {Partial<import("./links.js").LinkLook>} look */
  lookAt(look) {
    this.look = { ...this.look, ...look };
    this.invalidate("back");
  }

  /** Take all nodes out of the page. */
  clear() {
    this.mounting.clear();
    this.notes.clear();
  }

  /** @param {Camera} camera */
  lookFrom(camera) {
    this.camera = camera;
    this.#dirty.camera = true;
    this.invalidate("nodes");
    this.invalidate("back");
    this.invalidate("overlay");
  }

  /** @param {(camera: Camera) => void} listener @returns {() => void} */
  onCamera(listener) {
    this.#cameraListeners.add(listener);
    return () => this.#cameraListeners.delete(listener);
  }

  /** Read the colours again, after the theme has changed. */
  recolour() {
    // a colour of the system's keeps its name
    this.#grid = new Grid();
    this.tokens = readTokens(this.host);
    this.invalidate("back");
    this.invalidate("overlay");
  }

  /** @param {"back" | "nodes" | "overlay"} part */
  invalidate(part) {
    this.#dirty[part] = true;
    if (!this.#requested) this.#requested = requestAnimationFrame(() => this.#frame());
  }

  /** Stop for good. */
  close() {
    this.observer.disconnect();
    cancelAnimationFrame(this.#requested);
    clearTimeout(this.#timer);
    this.nodeLayer.close();
    this.clear();
    this.host.replaceChildren();
  }

  #frame() {
    this.#requested = 0;
    this.counts.frames += 1;
    const dirty = this.#dirty;
    this.#dirty = { back: false, nodes: false, overlay: false, camera: false };
    if (dirty.camera) {
      this.nodeLayer.look(this.camera);
      for (const listener of this.#cameraListeners) listener(this.camera);
    }
    if (dirty.nodes) this.#mount(dirty.camera);
    if (dirty.back) this.#drawBack();
    if (dirty.overlay) this.#drawOverlay();
  }

  /** @param {boolean} hasMoved  the camera */
  #mount(hasMoved) {
    const view = seen(this.camera, this.size);
    const { zoom } = this.camera;
    const nodes = this.mounting.follow(this.index.nodes, view, zoom, this.pinned, hasMoved);
    const notes = this.notes.follow(this.index.drawing.notes, view, zoom, NONE, hasMoved);
    const hasLeft = nodes.hasLeft || notes.hasLeft;
    const isDone = nodes.isDone && notes.isDone;
    if (!isDone) {
      this.invalidate("nodes");
      this.invalidate("back");
    } else if (this.#isShown && this.size.width) this.host.dataset.ready = "";
    if (hasLeft && !this.#timer) this.#timer = window.setTimeout(() => this.#tidy(), LINGER_MS);
  }

  #tidy() {
    const isLeft = [this.mounting.tidy(), this.notes.tidy()].includes(true);
    this.#timer = isLeft ? window.setTimeout(() => this.#tidy(), TIDY_MS) : 0;
    this.invalidate("back");
  }

  #drawBack() {
    this.counts.backs += 1;
    const context = /** @type {CanvasRenderingContext2D} */ (this.back.getContext("2d", { alpha: false }));
    const { zoom } = this.camera;
    context.setTransform(1, 0, 0, 1, 0, 0);
    this.#grid.draw(context, this.camera, devicePixelRatio, this.tokens);
    this.#toGraph(context);
    const view = seen(this.camera, this.size);
    const { index, tokens, selected } = this;
    drawFrames(context, index.drawing.frames, view, zoom, tokens, selected.frames);
    const lines = index.wires.length ? [...index.links.values(), ...index.wires] : index.links.values();
    drawLinks(context, lines, view, tokens, this.look);
    drawRails(context, index, zoom, tokens, this.look);
    drawDots(context, index, view, tokens, selected.dots);
    drawFarNotes(context, index.drawing.notes.values(), view, zoom, tokens, selected.notes, this.notes.views);
    drawFarNodes(context, index.nodes.values(), view, zoom, tokens, {
      isMounted: (id) => this.mounting.views.has(id),
      isSelected: (id) => selected.nodes.has(id),
      stateOf: this.sources.stateOf ?? (() => ""),
      pictureOf: this.sources.pictureOf ?? (() => null),
    });
  }

  #drawOverlay() {
    this.front.hidden = !this.painters.size;
    if (this.front.hidden) return;
    this.counts.overlays += 1;
    const context = /** @type {CanvasRenderingContext2D} */ (this.front.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.front.width, this.front.height);
    this.#toGraph(context);
    for (const paint of this.painters) paint(context, this.camera, this.tokens);
  }

  /** @param {CanvasRenderingContext2D} context */
  #toGraph(context) {
    const ratio = devicePixelRatio;
    const scale = this.camera.zoom * ratio;
    const { x, y } = originOf(this.camera, ratio);
    context.setTransform(scale, 0, 0, scale, x * ratio, y * ratio);
  }

  /** @param {{ width: number, height: number }} rectangle */
  #resize({ width, height }) {
    this.size = { width, height };
    for (const canvas of [this.back, this.front]) {
      canvas.width = Math.max(1, Math.round(width * devicePixelRatio));
      canvas.height = Math.max(1, Math.round(height * devicePixelRatio));
    }
    this.lookFrom(this.camera);
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {HTMLElement} host @param {K} tag @param {string} name @returns {HTMLElementTagNameMap[K]}
 */
function layer(host, tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  host.append(element);
  return element;
}

const NONE = /** @type {ReadonlySet<string>} */ (new Set());

const emptyView = () => ({ element: document.createElement("div"), update() {}, destroy() {} });
