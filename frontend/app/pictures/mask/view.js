// @ts-check
/** Draws the picture with its mask over it, and turns what pointers do into strokes. */

import { Zoom } from "../zoom.js";
import { whole } from "./history.js";

/** @typedef {import("./operations.js").Area} Area */
/** @typedef {import("./session.js").MaskSession} MaskSession */

/** Pixels that are painted in one frame at most. */
const A_BAND = 2 ** 20;
const ERASER_END = 32;
const RIGHT = 2;

export class MaskView {
  /** @type {ImageBitmap | null} */
  #picture = null;
  #overlay = document.createElement("canvas");
  #requested = 0;
  /** @type {Area[]} what is still to be painted */
  #waiting = [];
  #stop = new AbortController();
  /** @type {{ x: number, y: number } | null} of the stage */
  #pointer = null;
  /** @type {PointerEvent | null} what draws */
  #drawing = null;
  #hasPen = false;
  isSpaceHeld = false;

  /** @param {HTMLElement} stage @param {HTMLCanvasElement} canvas @param {MaskSession} session */
  constructor(stage, canvas, session) {
    this.stage = stage;
    this.canvas = canvas;
    this.session = session;
    /** @type {Zoom} */
    this.zoom = new Zoom(stage, {
      size: () => this.session.mask,
      onChange: () => this.draw(),
      pans: (event) => this.#isPan(event),
      margin: 24,
    });
    const { signal } = this.#stop;
    stage.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    stage.addEventListener("pointermove", (event) => this.#move(event), { signal });
    stage.addEventListener("pointerup", (event) => this.#release(event), { signal });
    stage.addEventListener("pointercancel", () => this.#cancel(), { signal });
    stage.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    stage.addEventListener("pointerleave", () => this.#hover(null), { signal });
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(stage);
  }

  /** @param {ImageBitmap} picture */
  show(picture) {
    this.#picture = picture;
    this.#overlay.width = picture.width;
    this.#overlay.height = picture.height;
    this.update(whole(picture));
    this.zoom.fit();
  }

  /** The mask has changed; large areas come in bands, one a frame. @param {Area} area */
  update(area) {
    const bands = [...bandsOf(area)];
    if (bands.length > 1) this.#waiting.push(...bands);
    else if (bands.length) this.#paint(bands[0]);
    this.draw();
  }

  /** @param {Area} area */
  #paint({ left, top, right, bottom }) {
    const [width, height] = [right - left, bottom - top];
    const { mask } = this.session;
    const pixels = new ImageData(width, height);
    const colour = new Uint32Array(pixels.data.buffer);
    const rgb = this.#colour();
    for (let y = 0; y < height; y += 1) {
      const from = (y + top) * mask.width + left;
      // little-endian, as all that run browsers are: alpha, blue, green, red
      for (let x = 0; x < width; x += 1) colour[y * width + x] = (mask.data[from + x] << 24) | rgb;
    }
    this.#overlay.getContext("2d")?.putImageData(pixels, left, top);
  }

  /** Show the mask in another colour: it is poured over what is drawn. */
  recolour() {
    const context = /** @type {CanvasRenderingContext2D} */ (this.#overlay.getContext("2d"));
    context.globalCompositeOperation = "source-in";
    context.fillStyle = this.session.choices.peek().colour;
    context.fillRect(0, 0, this.#overlay.width, this.#overlay.height);
    context.globalCompositeOperation = "source-over";
    this.draw();
  }

  /** Draw once more, with the next frame. */
  draw() {
    if (!this.#requested) this.#requested = requestAnimationFrame(() => this.#frame());
  }

  close() {
    this.#stop.abort();
    this.observer.disconnect();
    this.zoom.close();
    cancelAnimationFrame(this.#requested);
    this.#picture?.close();
    this.#overlay.width = 0;
  }

  #colour() {
    const value = Number.parseInt(this.session.choices.peek().colour.slice(1), 16);
    return ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
  }

  #resize() {
    this.canvas.width = Math.max(1, Math.round(this.stage.clientWidth * devicePixelRatio));
    this.canvas.height = Math.max(1, Math.round(this.stage.clientHeight * devicePixelRatio));
    // a canvas of another size is empty: drawn before it is seen, it does not flicker
    this.#frame();
  }

  #frame() {
    cancelAnimationFrame(this.#requested);
    this.#requested = 0;
    const band = this.#waiting.shift();
    if (band) this.#paint(band);
    if (this.#waiting.length) this.draw();
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.#picture) return;
    const { x, y, scale } = this.zoom.view;
    const ratio = devicePixelRatio;
    context.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio);
    context.imageSmoothingEnabled = scale * ratio < 3;
    context.drawImage(this.#picture, 0, 0);
    context.globalAlpha = this.session.choices.peek().view;
    context.drawImage(this.#overlay, 0, 0);
    context.globalAlpha = 1;
    this.#drawBrush(context, ratio);
  }

  /** @param {CanvasRenderingContext2D} context @param {number} ratio */
  #drawBrush(context, ratio) {
    const { tool, size } = this.session.choices.peek();
    if (!this.#pointer || tool === "fill" || this.zoom.isHeld) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const radius = Math.max(2, (size / 2) * this.zoom.view.scale);
    // dark and light, so that it is seen on any picture
    for (const [colour, width] of /** @type {const} */ ([
      ["#000000", 3],
      ["#ffffff", 1.2],
    ])) {
      context.beginPath();
      context.arc(this.#pointer.x, this.#pointer.y, radius, 0, 2 * Math.PI);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }

  /** @param {PointerEvent} event @returns {boolean} */
  #isPan(event) {
    const isPalm = event.pointerType === "touch" && this.#hasPen;
    return event.button === 1 || this.isSpaceHeld || isPalm || this.zoom.isHeld;
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.#hasPen ||= event.pointerType === "pen";
    if (this.zoom.isHeld || (event.button === 1 && event.pointerType === "mouse")) return;
    if (this.#drawing) {
      if (event.pointerType === "touch") this.#pinch(event);
      return;
    }
    const { choices } = this.session;
    const isEraser =
      choices.peek().tool === "eraser" || event.button === RIGHT || (event.buttons & ERASER_END) > 0;
    if (choices.peek().tool === "fill") return this.#fill(event);
    this.stage.setPointerCapture(event.pointerId);
    this.#drawing = event;
    this.session.begin(this.#touch(event), { isEraser, isLine: event.shiftKey });
  }

  /** A second finger: what the first has drawn was not meant. @param {PointerEvent} event */
  #pinch(event) {
    this.session.giveUp();
    this.zoom.hold(/** @type {PointerEvent} */ (this.#drawing));
    this.zoom.hold(event);
    this.stage.setPointerCapture(event.pointerId);
    this.#drawing = null;
  }

  /** @param {PointerEvent} event */
  #fill(event) {
    const { mask, choices } = this.session;
    const touch = this.#touch(event);
    const [x, y] = [Math.floor(touch.x), Math.floor(touch.y)];
    if (x < 0 || y < 0 || x >= mask.width || y >= mask.height) return;
    const { by, tolerance } = choices.peek();
    const isFilled = mask.data[y * mask.width + x] > 127;
    // what is full already is emptied
    const value = event.button === RIGHT || (by === "mask" && isFilled) ? 0 : 255;
    this.session.apply("fill", { x, y, value, by, tolerance });
  }

  /** @param {PointerEvent} event */
  #move(event) {
    this.#hover(event.pointerType === "touch" ? null : event);
    if (event.pointerId !== this.#drawing?.pointerId) return;
    const events = event.getCoalescedEvents?.() ?? [];
    this.session.to((events.length ? events : [event]).map((each) => this.#touch(each)));
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (event.pointerId !== this.#drawing?.pointerId) return;
    this.#drawing = null;
    this.session.end();
  }

  #cancel() {
    this.#drawing = null;
    this.session.giveUp();
  }

  /** @param {PointerEvent | null} event */
  #hover(event) {
    this.#pointer = event && this.zoom.at(event);
    this.draw();
  }

  /** @param {PointerEvent} event @returns {import("./stroke.js").Touch} */
  #touch(event) {
    const at = this.zoom.at(event);
    const { x, y, scale } = this.zoom.view;
    const pressure = event.pointerType === "pen" && event.pressure ? event.pressure : 1;
    return { x: (at.x - x) / scale, y: (at.y - y) / scale, pressure };
  }
}

/** @param {Area} area @returns {Generator<Area>} */
function* bandsOf({ left, top, right, bottom }) {
  if (right <= left) return;
  const rows = Math.max(1, Math.floor(A_BAND / (right - left)));
  for (let y = top; y < bottom; y += rows) yield { left, top: y, right, bottom: Math.min(bottom, y + rows) };
}
