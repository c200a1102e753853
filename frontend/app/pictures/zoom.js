// @ts-check
/** Looking at a picture: where it lies in its stage, moved and zoomed by wheel, pointer and fingers. */

/** @typedef {{ x: number, y: number, scale: number }} View  x, y: of the picture's corner in the stage; pixels of the screen a pixel */
/** @typedef {{ width: number, height: number }} Size */
/** @typedef {{ x: number, y: number }} Point */
/**
 * @typedef {{
 *   size: () => Size, onChange: (view: View) => void, pans?: (event: PointerEvent) => boolean, margin?: number,
 * }} Looking  size: of the picture; pans: whether a pressed pointer moves the picture
 */

const LEAST = 0.02;
const MOST = 40;
const WHEEL = 0.0016;
const PINCH = 0.01;
const LINE = 16;
export const STEP = 1.25;

/** Show all of a picture, small ones no larger than they are. @param {Size} picture @param {Size} stage @param {number} margin @returns {View} */
export function fitted(picture, stage, margin) {
  const wide = Math.max(1, stage.width - 2 * margin);
  const high = Math.max(1, stage.height - 2 * margin);
  const scale = Math.min(wide / Math.max(1, picture.width), high / Math.max(1, picture.height), 4);
  return centred(picture, stage, scale);
}

/** @param {Size} picture @param {Size} stage @param {number} scale @returns {View} */
const centred = (picture, stage, scale) => ({
  x: (stage.width - picture.width * scale) / 2,
  y: (stage.height - picture.height * scale) / 2,
  scale,
});

/** Zoom; what lies under `at` stays there. @param {View} view @param {Point} at @param {number} factor @returns {View} */
export function zoomedAt(view, at, factor) {
  const scale = Math.min(MOST, Math.max(LEAST, view.scale * factor));
  const share = scale / view.scale;
  return { x: at.x - (at.x - view.x) * share, y: at.y - (at.y - view.y) * share, scale };
}

export class Zoom {
  /** @type {View} */
  view = { x: 0, y: 0, scale: 1 };
  isFit = true;
  /** @type {Map<number, Point>} pointers that move the picture */
  #held = new Map();
  #stop = new AbortController();

  /** @param {HTMLElement} stage @param {Looking} looking */
  constructor(stage, looking) {
    this.stage = stage;
    this.looking = looking;
    const { signal } = this.#stop;
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false, signal });
    stage.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    stage.addEventListener("pointermove", (event) => this.#move(event), { signal });
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"]))
      stage.addEventListener(name, (event) => this.#held.delete(event.pointerId), { signal });
    this.observer = new ResizeObserver(() => this.isFit && this.fit());
    this.observer.observe(stage);
  }

  /** @returns {Size} */
  get #room() {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  fit() {
    this.#set(fitted(this.looking.size(), this.#room, this.looking.margin ?? 0), true);
  }

  /** Show each pixel as one. */
  actual() {
    this.#set(centred(this.looking.size(), this.#room, 1 / devicePixelRatio));
  }

  /** @param {number} factor @param {Point} [at] of the stage; its middle without */
  by(factor, at = { x: this.#room.width / 2, y: this.#room.height / 2 }) {
    this.#set(zoomedAt(this.view, at, factor));
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.#set({ ...this.view, x: this.view.x + dx, y: this.view.y + dy });
  }

  close() {
    this.#stop.abort();
    this.observer.disconnect();
  }

  /** @param {{ clientX: number, clientY: number }} event @returns {Point} of the stage */
  at({ clientX, clientY }) {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  /** Whether the picture is being moved. */
  get isHeld() {
    return this.#held.size > 0;
  }

  /** A pointer moves the picture from now on, although it began something else. @param {PointerEvent} event */
  hold(event) {
    this.#held.set(event.pointerId, this.at(event));
  }

  /** @param {View} view @param {boolean} [isFit] */
  #set(view, isFit = false) {
    this.view = view;
    this.isFit = isFit;
    this.looking.onChange(view);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const unit = event.deltaMode ? LINE : 1;
    this.by(Math.exp(-event.deltaY * unit * (event.ctrlKey ? PINCH : WHEEL)), this.at(event));
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const isOwn = !(/** @type {Element} */ (event.target).closest("button, [role=slider]"));
    if (!isOwn || !(this.looking.pans?.(event) ?? event.button < 2)) return;
    this.stage.setPointerCapture(event.pointerId);
    this.hold(event);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#held.get(event.pointerId);
    if (!before) return;
    const now = this.at(event);
    this.#held.set(event.pointerId, now);
    const others = [...this.#held].filter(([id]) => id !== event.pointerId);
    if (!others.length) return this.pan(now.x - before.x, now.y - before.y);
    const [[, other]] = others;
    const far = (/** @type {Point} */ { x, y }) => Math.max(1, Math.hypot(x - other.x, y - other.y));
    this.by(far(now) / far(before), other);
    // the finger that rests is the middle; half of the way is the picture's
    return this.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  }
}
