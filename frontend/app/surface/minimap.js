// @ts-check
/** The whole graph, small, in a corner. It is drawn when the graph or the camera has changed, else never. */

import { effect } from "@preact/signals-core";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { around, grownBy, seen } from "../geometry/camera.js";
import { sidesOf } from "../geometry/rails.js";
import { t } from "../i18n.js";
import { colorOf } from "../model/looks.js";
import { typeWord } from "../model/types.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Box} Box */

const WIDTH = 200;
const HEIGHT = 132;
/** Graph units around the graph. */
const MARGIN = 80;
const LEAST_PX = 2;
/** What is dragged is followed in steps, as all nodes are drawn in each. */
const STEP_MS = 100;

/** @param {{ app: App }} props */
export default function Minimap({ app }) {
  const host = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const map = new SmallMap(app, /** @type {HTMLCanvasElement} */ (host.current));
    return () => map.close();
  }, [app.canvas]);
  return html`<canvas class="minimap" ref=${host} role="img" aria-label=${t("minimap.label")}></canvas>`;
}

class SmallMap {
  #requested = 0;
  #step = 0;
  /** The nodes, drawn once for each version. */
  #picture = document.createElement("canvas");
  #isOld = true;
  /** @type {Box} what the picture shows */
  #bounds = { x: 0, y: 0, width: 1, height: 1 };
  /** @type {Box} what is seen of the graph on the map */
  #shown = this.#bounds;
  #stops = /** @type {(() => void)[]} */ ([]);
  #listening = new AbortController();

  /** @param {App} app @param {HTMLCanvasElement} canvas */
  constructor(app, canvas) {
    this.app = app;
    this.canvas = canvas;
    for (const each of [canvas, this.#picture]) {
      each.width = WIDTH * devicePixelRatio;
      each.height = HEIGHT * devicePixelRatio;
    }
    const themes = new MutationObserver(() => this.#request(true));
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#stops.push(
      effect(() => {
        app.workspace.active.value?.version.value;
        app.workspace.active.value?.way.value;
        app.schema.value;
        this.#request(true);
      }),
      app.canvas.surface.onCamera(() => this.#request(false)),
      app.canvas.surface.onUpdate(() => this.#follow()),
      () => themes.disconnect(),
    );
    const { signal } = this.#listening;
    canvas.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    canvas.addEventListener("pointermove", (event) => this.#drag(event), { signal });
  }

  close() {
    for (const stop of this.#stops) stop();
    this.#listening.abort();
    cancelAnimationFrame(this.#requested);
    clearTimeout(this.#step);
  }

  #follow() {
    if (this.#step) return;
    this.#step = window.setTimeout(() => {
      this.#step = 0;
      this.#request(true);
    }, STEP_MS);
  }

  /** @param {boolean} isOther  the graph itself has changed */
  #request(isOther) {
    this.#isOld ||= isOther;
    if (!this.#requested) this.#requested = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#requested = 0;
    const { surface } = this.app.canvas;
    if (this.#isOld) this.#drawNodes();
    this.#isOld = false;
    const view = seen(surface.camera, surface.size);
    this.#shown = shaped(around([this.#bounds, view]) ?? this.#bounds);
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const scale = this.canvas.width / this.#shown.width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(scale, 0, 0, scale, -this.#shown.x * scale, -this.#shown.y * scale);
    const { x, y, width, height } = this.#bounds;
    context.drawImage(this.#picture, x, y, width, height);
    context.lineWidth = (1.5 * devicePixelRatio) / scale;
    context.strokeStyle = surface.tokens.accent;
    context.strokeRect(view.x, view.y, view.width, view.height);
    const { dataset } = this.canvas;
    dataset.draws = String(Number(dataset.draws ?? 0) + 1);
  }

  #drawNodes() {
    const { index, surface } = this.app.canvas;
    const { tokens } = surface;
    const nodes = [...index.nodes.values()];
    const { frames } = index.drawing;
    const sides = sidesOf(index);
    const whole = around([...nodes, ...frames, ...sides]);
    this.#bounds = shaped(grownBy(whole ?? { x: 0, y: 0, width: WIDTH, height: HEIGHT }, MARGIN));
    const scale = this.#picture.width / this.#bounds.width;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#picture.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#picture.width, this.#picture.height);
    const fill = (/** @type {Box} */ box, /** @type {string} */ color, /** @type {number} */ opacity) => {
      context.globalAlpha = opacity;
      context.fillStyle = color;
      const [x, y] = [(box.x - this.#bounds.x) * scale, (box.y - this.#bounds.y) * scale];
      context.fillRect(x, y, Math.max(LEAST_PX, box.width * scale), Math.max(LEAST_PX, box.height * scale));
    };
    for (const each of frames) {
      const { color } = each.frame;
      fill(each, tokens.hues.get(color ?? "") ?? (color || tokens.frame), 0.3);
    }
    for (const each of sides) fill(each, tokens.faint, 0.8);
    for (const each of nodes) {
      const type = each.box.outputs[0]?.type ?? each.box.inputs[0]?.type ?? "*";
      const own = colorOf(each.node);
      const color = tokens.hues.get(own) ?? (own || tokens.links.get(typeWord(type)));
      fill(each, color ?? tokens.faint, each.node.mode === "mute" ? 0.35 : 0.8);
    }
    const { dataset } = this.canvas;
    dataset.walks = String(Number(dataset.walks ?? 0) + 1);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.#lookAt(event);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (this.canvas.hasPointerCapture(event.pointerId)) this.#lookAt(event);
  }

  /** @param {PointerEvent} event */
  #lookAt(event) {
    const { surface } = this.app.canvas;
    const { left, top, width } = this.canvas.getBoundingClientRect();
    const scale = this.#shown.width / width;
    const view = seen(surface.camera, surface.size);
    surface.lookFrom({
      x: this.#shown.x + (event.clientX - left) * scale - view.width / 2,
      y: this.#shown.y + (event.clientY - top) * scale - view.height / 2,
      zoom: surface.camera.zoom,
    });
  }
}

/** Give a box the shape of the map, around its middle. @param {Box} box @returns {Box} */
function shaped(box) {
  const width = Math.max(box.width, (box.height * WIDTH) / HEIGHT);
  const height = (width * HEIGHT) / WIDTH;
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}
