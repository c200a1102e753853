// @ts-check
/**
 * Gestures on the surface: a machine of one state at a time, a file a state. A state gets what
 * happens and returns the next state, or itself. Escape and a lost pointer cancel any state.
 */

import { holdPointer } from "../ui/hold-pointer.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Point} Point */
/**
 * @typedef {{
 *   event: PointerEvent, pixel: Point, point: Point, moved: number,
 * }} Pointer  pixel: on the surface; point: in the graph; moved: pixels since it was pressed
 */
/**
 * @typedef {{
 *   name: string, cursor?: string,
 *   down?: (pointer: Pointer) => GestureState | null,
 *   move?: (pointer: Pointer) => GestureState | null,
 *   up?: (pointer: Pointer) => GestureState | null,
 *   key?: (event: KeyboardEvent) => void,
 *   cancel?: () => void,
 *   end?: () => void,
 * }} GestureState  null returns to idle; `end` is called whenever a state is left, `cancel` before it when it is given up
 */

/** A pointer that has moved less than this, in pixels, was a click. */
export const CLICK_PX = 4;

export class Gestures {
  /** @type {GestureState} */
  state;
  /** @type {Point} */
  #pressed = { x: 0, y: 0 };
  /** @type {Pointer | null} the last one, for keys and for menus */
  last = null;
  #listening = new AbortController();

  /** @param {App} app @param {HTMLElement} host @param {(app: App) => GestureState} idle */
  constructor(app, host, idle) {
    this.app = app;
    this.host = host;
    this.idle = idle(app);
    this.state = this.idle;
    const { signal } = this.#listening;
    host.addEventListener("pointerdown", (event) => this.#on("down", event), { signal });
    host.addEventListener("pointermove", (event) => this.#on("move", event), { signal });
    host.addEventListener("pointerup", (event) => this.#on("up", event), { signal });
    host.addEventListener("pointercancel", () => this.cancel(), { signal });
    window.addEventListener("blur", () => this.cancel(), { signal });
  }

  /** Give up what is going on, and hear nothing more. */
  close() {
    this.cancel();
    this.#listening.abort();
  }

  get isIdle() {
    return this.state === this.idle;
  }

  /** Give up what is going on; say whether something was. */
  cancel() {
    if (this.isIdle) return false;
    this.state.cancel?.();
    this.#enter(null);
    return true;
  }

  /** A key was let go. @param {KeyboardEvent} event */
  key(event) {
    this.state.key?.(event);
  }

  /** Begin a gesture from elsewhere, such as a command. @param {GestureState} state */
  begin(state) {
    this.cancel();
    this.#enter(state);
  }

  /** @param {"down" | "move" | "up"} what @param {PointerEvent} event */
  #on(what, event) {
    const pixel = this.app.canvas.pixel(event);
    if (what === "down") this.#pressed = pixel;
    const moved = Math.hypot(pixel.x - this.#pressed.x, pixel.y - this.#pressed.y);
    const pointer = { event, pixel, point: this.app.canvas.point(event), moved };
    this.last = pointer;
    const take = this.state[what];
    if (!take) return;
    const next = take(pointer);
    if (next !== this.state) this.#enter(next);
    if (!this.isIdle && what === "down") holdPointer(this.host, event);
  }

  /** @param {GestureState | null} next */
  #enter(next) {
    this.state.end?.();
    this.state = next ?? this.idle;
    this.host.style.cursor = this.state.cursor ?? "";
  }
}
