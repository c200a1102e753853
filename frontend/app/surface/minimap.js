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
import { isBad } from "../state/runs.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Box} Box */

const WIDTH = 200;
const HEIGHT = 132;
/** What has gone wrong is larger than it is, with a line around it. */
const LEAST_BAD_PX = 5;
const BAD_LINE_PX = 1.5;
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
  /** @type {Set<string>} nodes that are drawn as bad */
  #bad = new Set();
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
      app.runs.watch((key, run) => this.#hear(key, run)),
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

  /** Progress draws nothing: a node has to fail, or to be good again. @param {string} key @param {import("../state/runs.js").NodeRun} run */
  #hear(key, run) {
    const prefix = this.app.runs.prefix();
    const id = key.startsWith(prefix) ? key.slice(prefix.length) : "";
    if (this.app.canvas.index.nodes.has(id) && isBad(run) !== this.#bad.has(id)) this.#request(true);
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
    const { app } = this;
    const { index, surface } = app.canvas;
    const nodes = [...index.nodes.values()];
    const sides = sidesOf(index);
    const whole = around([...nodes, ...index.drawing.frames, ...sides]);
    this.#bounds = shaped(grownBy(whole ?? { x: 0, y: 0, width: WIDTH, height: HEIGHT }, MARGIN));
    const context = /** @type {CanvasRenderingContext2D} */ (this.#picture.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#picture.width, this.#picture.height);
    for (const each of index.drawing.frames) this.#fill(each, frameColor(each.frame, surface.tokens), 0.3);
    for (const each of sides) this.#fill(each, surface.tokens.faint, 0.8);
    for (const each of nodes)
      this.#fill(each, nodeColor(each, surface.tokens), each.node.mode === "mute" ? 0.35 : 0.8);
    const bad = nodes.filter((each) => isBad(app.runs.peek(each.id)));
    this.#bad = new Set(bad.map((each) => each.id));
    const line = BAD_LINE_PX * devicePixelRatio;
    for (const each of bad) {
      this.#fill(each, surface.tokens.text, 1, LEAST_BAD_PX, line);
      this.#fill(each, surface.tokens.bad, 1, LEAST_BAD_PX);
    }
    const { dataset } = this.canvas;
    dataset.walks = String(Number(dataset.walks ?? 0) + 1);
  }

  /** @param {Box} box @param {string} color @param {number} opacity @param {number} [least] pixels @param {number} [more] pixels around it */
  #fill({ x, y, width, height }, color, opacity, least = LEAST_PX, more = 0) {
    const context = /** @type {CanvasRenderingContext2D} */ (this.#picture.getContext("2d"));
    const scale = this.#picture.width / this.#bounds.width;
    context.globalAlpha = opacity;
    context.fillStyle = color;
    context.fillRect(
      (x - this.#bounds.x) * scale - more,
      (y - this.#bounds.y) * scale - more,
      Math.max(least, width * scale) + 2 * more,
      Math.max(least, height * scale) + 2 * more,
    );
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

/** @param {import("../model/document.js").Frame} frame @param {import("./tokens.js").Tokens} tokens */
const frameColor = ({ color }, { hues, frame }) => hues.get(color ?? "") ?? (color || frame);

/** @param {import("../geometry/graph-index.js").PlacedNode} placed @param {import("./tokens.js").Tokens} tokens */
function nodeColor({ node, box }, { hues, links, faint }) {
  const own = colorOf(node);
  const type = box.outputs[0]?.type ?? box.inputs[0]?.type ?? "*";
  return hues.get(own) ?? (own || links.get(typeWord(type))) ?? faint;
}

/** Give a box the shape of the map, around its middle. @param {Box} box @returns {Box} */
function shaped(box) {
  const width = Math.max(box.width, (box.height * WIDTH) / HEIGHT);
  const height = (width * HEIGHT) / WIDTH;
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}
