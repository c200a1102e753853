// @ts-check
/**
 * The active tab on the surface: follows its document, level and selection, and answers what lies
 * where. Gestures and commands work through it.
 */

import { effect } from "@preact/signals-core";
import { around, fitting, toGraph } from "../geometry/camera.js";
import { GraphIndex } from "../geometry/graph-index.js";
import { hitTest } from "../geometry/hit-test.js";
import { railsOf, sidesOf } from "../geometry/rails.js";
import { isBad } from "../state/runs.js";
import { Glide } from "./glide.js";
import { markNode } from "./link-fit.js";
import { startLinkLooks } from "./link-looks.js";
import { NodeView } from "./node-view.js";
import { NoteView } from "./note-view.js";
import { Surface } from "./surface.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Point} Point */
/** @typedef {import("../geometry/camera.js").Box} Box */
/** @typedef {import("../state/tab.js").Tab} Tab */

export class Canvas {
  index = new GraphIndex();
  /** @type {Tab | null} */
  #tab = null;
  #level = "";
  #stops = /** @type {(() => void)[]} */ ([]);
  /** @type {ReadonlySet<string>} nodes that a gesture or a focused field holds */
  #held = new Set();

  /** @param {App} app @param {HTMLElement} host */
  constructor(app, host) {
    this.app = app;
    this.surface = new Surface(host, this.index, {
      makeView: (placed) => this.#viewOf(placed),
      makeNote: (placed) => new NoteView(app, placed),
      stateOf: (id) => farState(app.runs.peek(id)),
      pictureOf: (id) => app.pictures.of(id),
    });
    this.glide = new Glide(this.surface, () => app.settings.get("easing"));
    this.#stops.push(
      () => this.glide.stop(),
      effect(() => this.#follow()),
      effect(() => this.#showSelection()),
      this.surface.onCamera((camera) => this.#tab?.cameras.set(this.#level, camera)),
      app.runs.watch((key) => this.#onRun(key)),
      app.pictures.watch((id) => this.#onPicture(id)),
      startLinkLooks(app, this),
    );
  }

  /** @param {import("../geometry/graph-index.js").PlacedNode} placed */
  #viewOf(placed) {
    const from = this.app.linking.peek();
    if (from) queueMicrotask(() => markNode(this.app, this, placed.id, from));
    return new NodeView(this.app, placed);
  }

  get graph() {
    return this.app.tab.graph;
  }

  get camera() {
    return this.surface.camera;
  }

  /** @param {PointerEvent | MouseEvent | DragEvent} event @returns {Point} pixels of the surface */
  pixel(event) {
    const { left, top } = this.surface.host.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /** @param {PointerEvent | MouseEvent | DragEvent} event @returns {Point} where it is in the graph */
  point(event) {
    return toGraph(this.camera, this.pixel(event));
  }

  /** @param {Point} at  in the graph @param {number} [reach]  pixels around sockets */
  hit(at, reach) {
    return hitTest(this.index, at, this.camera.zoom, reach);
  }

  /** The middle of what is seen, in the graph. @returns {Point} */
  get middle() {
    const { width, height } = this.surface.size;
    return toGraph(this.camera, { x: width / 2, y: height / 2 });
  }

  /** @param {Iterable<string>} [ids] nodes; all when none are given */
  fit(ids) {
    const box = this.#boxOf(ids);
    if (box) this.lookAt(box);
  }

  /** @param {Iterable<string>} [ids] @returns {Box | null} */
  #boxOf(ids) {
    const wanted = ids ? [...ids] : [...this.index.nodes.keys()];
    const boxes = wanted.flatMap((id) => this.index.nodes.get(id) ?? []);
    if (ids) return around(boxes);
    const { drawing } = this.index;
    return around([...boxes, ...drawing.frames, ...drawing.notes.values(), ...sidesOf(this.index)]);
  }

  #fitAtOnce() {
    const box = this.#boxOf();
    if (box) this.surface.lookFrom(fitting(box, this.surface.size));
  }

  /** Show a part of the graph, whole and in the middle. @param {Box} box */
  lookAt(box) {
    this.glide.to(fitting(box, this.surface.size));
  }

  /** @param {Iterable<string>} ids  nodes that stay mounted although they are out of sight */
  hold(ids) {
    this.#held = new Set(ids);
    this.#showSelection();
  }

  /**
   * Draw what is dragged elsewhere; nothing of it is in the document.
   * @param {Iterable<string>} ids @param {number} dx @param {number} dy
   * @param {readonly string[]} [drawn]  "dot ID", "note ID", "frame INDEX"
   */
  drag(ids, dx, dy, drawn) {
    this.surface.update(this.index.drag(ids, dx, dy, drawn));
  }

  endDrag() {
    this.surface.update(this.index.drop());
  }

  close() {
    for (const stop of this.#stops) stop();
    this.surface.close();
  }

  #follow() {
    const tab = this.app.workspace.active.value;
    const schema = this.app.schema.value;
    if (!tab) return;
    tab.version.value;
    tab.way.value;
    const level = tab.level;
    const isElsewhere = tab !== this.#tab || level !== this.#level;
    if (isElsewhere) {
      const { shape } = this.index;
      this.index = this.surface.index = new GraphIndex();
      this.index.shape = shape;
      this.surface.clear();
      this.#tab = tab;
      this.#level = level;
    }
    const changed = this.index.follow(tab.store.document, tab.graph, schema);
    for (const id of changed.nodes) this.#makeRoom(id);
    this.index.rails = level ? railsOf(this.index, tab.graph) : null;
    this.surface.show(changed);
    if (isElsewhere) this.#lookWhereOneWas(tab);
  }

  /** @param {Tab} tab */
  #lookWhereOneWas(tab) {
    const camera = tab.cameras.get(this.#level);
    if (camera) this.surface.lookFrom(camera);
    else if (this.surface.size.width) this.#fitAtOnce();
    else requestAnimationFrame(() => this.#fitAtOnce());
  }

  #showSelection() {
    const tab = this.app.workspace.active.value;
    if (!tab) return;
    this.surface.selected = tab.selection.now.value;
    this.surface.pinned = new Set([...this.#held].slice(0, 50));
    this.surface.invalidate("back");
    this.surface.invalidate("nodes");
    this.surface.invalidate("overlay");
  }

  /** @param {string} key */
  #onRun(key) {
    const prefix = this.app.runs.prefix();
    if (!key.startsWith(prefix)) return;
    const id = key.slice(prefix.length);
    this.#makeRoom(id);
    if (!this.surface.mounting.views.has(id)) this.surface.invalidate("back");
  }

  /** @param {string} id */
  #makeRoom(id) {
    const placed = this.index.nodes.get(id);
    const changed = this.index.showPicture(id, placed ? this.app.pictures.shapeOf(placed) : 0);
    if (changed.nodes.size) this.surface.update(changed);
  }

  /** What a node loads is known now. @param {string} id */
  #onPicture(id) {
    if (!this.index.nodes.has(id)) return;
    this.#makeRoom(id);
    this.surface.update({ nodes: new Set([id]), links: new Set() });
  }
}

/** @param {import("../state/runs.js").NodeRun} run @returns {import("./far-nodes.js").State} */
const farState = (run) => (isBad(run) ? "bad" : run.state === "running" ? "running" : "");
