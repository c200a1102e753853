// @ts-check
/**
 * What nodes show: the newest preview, what they have made, or the file that they load. Small bitmaps of
 * it for nodes that are far away are decoded off the main thread, and only so many are kept.
 */

import { signal } from "@preact/signals-core";
import { freePictureInput } from "../model/uploads.js";
import { gridOf } from "../surface/figure-grid.js";
import { fileOf, fileValue, pictureOf, smallAddress } from "./picture-files.js";
import { measured } from "./shown.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("./runs.js").Picture} Picture */
/** @typedef {import("./runs.js").NodeRun} NodeRun */
/** @typedef {{ pictures: readonly Picture[], texts: readonly string[], from: "preview" | "run" | "file" | "" }} Shown */
/** @typedef {{ key: string, bitmap: ImageBitmap | null }} Far */

/** Bitmaps of far nodes that are kept, their width in pixels, and how many are made at once. */
const MOST_FAR = 240;
const FAR_WIDTH = 160;
const MOST_AT_ONCE = 4;
const MOST_SIZES = 500;
/** Graph units: the margin of a figure at each side, a line of text and how many are shown. */
const MARGIN = 6;
const LINE = 17;
const MOST_LINES = 12;
const LETTER = 6.4;

export class Pictures {
  /** Addresses of pictures that were deleted here. */
  gone = signal(/** @type {ReadonlySet<string>} */ (new Set()));
  /** @type {Map<string, Picture | null>} what is known of files, by address; null while it is asked for */
  #files = new Map();
  /** @type {Map<string, Far>} by tab and node, oldest use first */
  #far = new Map();
  #making = 0;
  /** @type {Set<(nodeId: string) => void>} */
  #watchers = new Set();

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** @param {PlacedNode} placed @param {NodeRun} [run] @returns {Shown} */
  shown({ id, node, spec }, run = this.app.runs.peek(id)) {
    const { texts } = run;
    if (run.preview) return { pictures: [run.preview], texts, from: "preview" };
    const gone = this.gone.peek();
    const made = gone.size ? run.pictures.filter((each) => !gone.has(each.address)) : run.pictures;
    if (made.length) return { pictures: made, texts, from: "run" };
    const given = this.#given(id, node, spec);
    return { pictures: given ? [given] : [], texts, from: given ? "file" : "" };
  }

  /** How high a node's figure is, as a share of its width; 0 when it shows nothing. @param {PlacedNode} placed */
  shapeOf(placed) {
    const { pictures, texts } = this.shown(placed);
    const width = Math.max(1, placed.width - 2 * MARGIN);
    const lines = texts.reduce((sum, each) => sum + linesOf(each, width), 0);
    const text = lines ? (Math.min(MOST_LINES, lines) * LINE + 12) / width : 0;
    return (pictures.length ? gridOf(pictures).shape : 0) + text;
  }

  /** @param {string} nodeId @returns {ImageBitmap | null} of a node that is drawn from far away */
  of(nodeId) {
    const placed = this.app.canvas?.index.nodes.get(nodeId);
    if (!placed?.box.picture) return null;
    const { pictures } = this.shown(placed);
    if (!pictures.length) return null;
    const name = this.app.runs.prefix() + nodeId;
    const key = pictures.map((each) => each.address).join(" ");
    const far = this.#far.get(name);
    if (far) {
      this.#far.delete(name);
      this.#far.set(name, far);
      if (far.key === key) return far.bitmap;
    }
    if (this.#making < MOST_AT_ONCE) this.#make(name, key, pictures, placed);
    return far?.bitmap ?? null;
  }

  /** Hear of nodes that show something else. @param {(nodeId: string) => void} watcher @returns {() => void} */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Pictures were deleted: nodes show them no longer. @param {readonly Picture[]} pictures */
  drop(pictures) {
    const addresses = new Set(pictures.map((each) => each.address));
    this.gone.value = new Set([...this.gone.peek(), ...addresses]);
    for (const { file } of pictures) if (file) this.forget(fileValue(file));
    for (const id of this.app.canvas?.index.nodes.keys() ?? [])
      if (this.app.runs.peek(id).pictures.some((each) => addresses.has(each.address))) this.#tell(id);
  }

  /** @param {string} nodeId */
  #tell(nodeId) {
    for (const watcher of this.#watchers) watcher(nodeId);
  }

  /** @param {string} id @param {PlacedNode["node"]} node @param {PlacedNode["spec"]} spec @returns {Picture | null} */
  #given(id, node, spec) {
    const input = freePictureInput(spec, node);
    const value = input && (node.values?.[input.name] ?? input.widget?.default);
    if (typeof value !== "string" || !value) return null;
    const picture = pictureOf(fileOf(value));
    const found = this.#files.get(picture.address);
    if (found === undefined) this.#ask(picture, id);
    return found?.width ? found : null;
  }

  /** @param {Picture} picture @param {string} nodeId */
  async #ask(picture, nodeId) {
    this.#files.set(picture.address, null);
    const found = await measured(picture);
    const isThere = (found.width ?? 0) > 1 || (found.height ?? 0) > 1;
    this.#files.set(picture.address, isThere ? found : { ...picture, width: 0, height: 0 });
    for (const key of this.#files.keys()) {
      if (this.#files.size <= MOST_SIZES) break;
      this.#files.delete(key);
    }
    this.#tell(nodeId);
  }

  /** @param {string} value @returns {boolean} whether a value names a file that is known to be no picture, or gone */
  isMissing(value) {
    return this.#files.get(pictureOf(fileOf(value)).address)?.width === 0;
  }

  /** Ask anew for what was not there. @param {string} value */
  forget(value) {
    this.#files.delete(pictureOf(fileOf(value)).address);
  }

  /** @param {string} name @param {string} key @param {readonly Picture[]} pictures @param {PlacedNode} placed */
  async #make(name, key, pictures, placed) {
    this.#making += 1;
    const before = this.#far.get(name);
    this.#far.set(name, { key, bitmap: before?.bitmap ?? null });
    const shape = (placed.box.picture?.height ?? 1) / Math.max(1, placed.width - 2 * MARGIN);
    const bitmap = await drawn(pictures, shape).catch(() => null);
    this.#making -= 1;
    if (this.#far.get(name)?.key === key) this.#far.set(name, { key, bitmap });
    else bitmap?.close();
    for (const [old, { bitmap: gone }] of this.#far) {
      if (this.#far.size <= MOST_FAR) break;
      this.#far.delete(old);
      gone?.close();
    }
    this.app.canvas?.surface.invalidate("back");
  }
}

/** Draw pictures as their node shows them. @param {readonly Picture[]} pictures @param {number} shape  height over width */
async function drawn(pictures, shape) {
  const { columns, rows, count } = gridOf(pictures);
  const canvas = new OffscreenCanvas(FAR_WIDTH, Math.max(1, Math.round(FAR_WIDTH * shape)));
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const [wide, high] = [canvas.width / columns, canvas.height / rows];
  const bitmaps = await Promise.all(
    pictures.slice(0, count).map((each) => decoded(each, FAR_WIDTH / columns)),
  );
  bitmaps.forEach((bitmap, index) => {
    const scale = Math.min(wide / bitmap.width, high / bitmap.height);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    const [x, y] = [(index % columns) * wide, Math.floor(index / columns) * high];
    context.drawImage(bitmap, x + (wide - width) / 2, y + (high - height) / 2, width, height);
    bitmap.close();
  });
  return canvas.transferToImageBitmap();
}

/** @param {Picture} picture @param {number} size */
async function decoded(picture, size) {
  const answer = await fetch(smallAddress(picture, Math.max(16, Math.ceil(size))));
  return createImageBitmap(await answer.blob());
}

/** @param {string} text @param {number} width */
const linesOf = (text, width) =>
  text.split("\n").reduce((sum, each) => sum + Math.max(1, Math.ceil((each.length * LETTER) / width)), 0);
