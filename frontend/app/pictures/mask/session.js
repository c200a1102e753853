// @ts-check
/** One mask while it is edited: the tool, strokes, work on the whole, what can be undone. */

import { signal } from "@preact/signals";
import { MaskHistory } from "./history.js";
import { emptyMask } from "./operations.js";
import { Stroke } from "./stroke.js";
import { MaskWork } from "./work.js";

/** @typedef {import("./operations.js").Mask} Mask */
/** @typedef {import("./operations.js").Area} Area */
/** @typedef {import("./stroke.js").Touch} Touch */
/** @typedef {"brush" | "eraser" | "fill"} ToolName */
/**
 * @typedef {{
 *   tool: ToolName, size: number, hardness: number, opacity: number, by: "mask" | "picture",
 *   tolerance: number, edge: number, colour: string, view: number,
 * }} Choices  size: pixels of the picture; edge: pixels that grow, shrink and feather go
 */

const KEY = "sfumato.mask";
/** @type {Choices} */
const USUAL = {
  tool: "brush",
  size: 48,
  hardness: 0.8,
  opacity: 1,
  by: "mask",
  tolerance: 24,
  edge: 8,
  colour: "#ff4d5e",
  view: 0.55,
};
export const MOST_SIZE = 1000;

export class MaskSession {
  choices = signal(/** @type {Choices} */ ({ ...USUAL, ...kept() }));
  /** Whether the worker is at it; nothing is drawn meanwhile. */
  isBusy = signal(true);
  canUndo = signal(false);
  canRedo = signal(false);
  /** @type {Mask} */
  mask = emptyMask(0, 0);
  #work = new MaskWork();
  #history = new MaskHistory();
  /** @type {Stroke | null} */
  #stroke = null;
  /** @type {Uint8Array} */
  #before = new Uint8Array(0);
  #cover = new Uint8Array(0);
  #last = /** @type {Touch | null} */ (null);

  /** @param {(area: Area) => void} onChange @param {(problem: unknown) => void} onProblem  work that failed changes nothing */
  constructor(onChange, onProblem) {
    this.onChange = onChange;
    this.onProblem = onProblem;
  }

  /** Whether something was drawn that is not taken back. */
  get isChanged() {
    return this.canUndo.peek();
  }

  get isDrawing() {
    return this.#stroke !== null;
  }

  /** @param {Partial<Choices>} choices */
  choose(choices) {
    this.choices.value = { ...this.choices.peek(), ...choices };
    localStorage.setItem(KEY, JSON.stringify(this.choices.peek()));
  }

  /** @param {Blob} blob @returns {Promise<ImageBitmap>} the picture without its transparency */
  async open(blob) {
    const { bitmap, mask } = await this.#work.ask("open", { blob });
    this.mask = mask;
    this.#cover = new Uint8Array(mask.data.length);
    this.isBusy.value = false;
    return bitmap;
  }

  /** @param {Touch} touch @param {{ isEraser: boolean, isLine: boolean }} how  isLine: go straight on from the last stroke */
  begin(touch, { isEraser, isLine }) {
    if (this.isBusy.peek()) return;
    this.#before = this.mask.data.slice();
    const { size, hardness, opacity } = this.choices.peek();
    this.#stroke = new Stroke(this.mask, { size, hardness, opacity, isEraser }, this.#before, this.#cover);
    if (isLine && this.#last) this.to([this.#last]);
    this.to([touch]);
  }

  /** @param {readonly Touch[]} touches */
  to(touches) {
    for (const each of touches) {
      const area = this.#stroke?.to(each);
      if (area) this.onChange(area);
      this.#last = each;
    }
  }

  end() {
    if (!this.#stroke) return;
    this.#stroke.end();
    const { area } = this.#stroke;
    this.#stroke = null;
    if (area.right > area.left) this.#remember(area);
  }

  /** Take back what the stroke has drawn so far. */
  giveUp() {
    if (!this.#stroke) return;
    this.#stroke.end();
    this.mask.data.set(this.#before);
    this.onChange(this.#stroke.area);
    this.#stroke = null;
  }

  /** Do something with all of the mask. @param {"grow" | "feather" | "invert" | "clear" | "fill"} name @param {Record<string, unknown>} [how] */
  async apply(name, how = {}) {
    if (this.isBusy.peek() || this.#stroke) return;
    this.isBusy.value = true;
    try {
      const changed = /** @type {Mask} */ (await this.#work.ask(name, { mask: this.mask, ...how }));
      this.#before = this.mask.data;
      this.mask = changed;
      const area = this.#remember();
      if (area) this.onChange(area);
    } catch (problem) {
      this.onProblem(problem);
    } finally {
      this.isBusy.value = false;
    }
  }

  /** @returns {Promise<Blob>} a PNG whose transparency is the mask */
  save() {
    return this.#work.ask("save", { mask: this.mask });
  }

  undo() {
    this.#step("undo");
  }

  redo() {
    this.#step("redo");
  }

  close() {
    this.#work.close();
  }

  /** @param {Area} [area] */
  #remember(area) {
    const changed = this.#history.remember(this.#before, this.mask, area);
    this.#before = new Uint8Array(0);
    this.#tell();
    return changed;
  }

  /** @param {"undo" | "redo"} way */
  #step(way) {
    if (this.isBusy.peek() || this.#stroke) return;
    const area = this.#history[way](this.mask);
    if (!area) return;
    this.onChange(area);
    this.#tell();
  }

  #tell() {
    this.canUndo.value = this.#history.done.length > 0;
    this.canRedo.value = this.#history.undone.length > 0;
  }
}

/** @returns {Partial<Choices>} */
function kept() {
  try {
    return { ...JSON.parse(localStorage.getItem(KEY) ?? "{}"), tool: "brush" };
  } catch {
    return {};
  }
}
