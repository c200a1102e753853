// @ts-check
/** Two pictures in one place, with a line between them that is moved; the second is stretched to the first. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { fullAddress, shortName } from "../state/picture-files.js";
import { IconButton } from "../ui/command-button.js";
import { useKeys } from "./keys.js";
import { ZoomButtons } from "./lightbox.js";
import { STEP, Zoom } from "./zoom.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/runs.js").Picture} Picture */

const KIND = "compare";
/** Percent that a key moves the line. */
const A_KEY = 2;
const COARSE = 10;

/** @param {{ overlay: import("../ui/overlays.js").Overlay, app: App, close: () => void }} props */
export default function Compare({ overlay, app, close }) {
  const pictures = /** @type {readonly Picture[]} */ (overlay.given.pictures);
  const [pair, setPair] = useState(firstPair(overlay.given));
  const [line, setLine] = useState(50);
  const zoom = useRef(/** @type {Zoom | null} */ (null));
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => root.current?.focus({ preventScroll: true }), []);
  const swap = () => setPair([pair[1], pair[0]]);
  const move = (/** @type {number} */ by) => setLine((now) => Math.max(0, Math.min(100, now + by)));
  useKeys(app, KIND, (event, isTyped) => {
    const isPressed = event.key === " " && /** @type {Element} */ (event.target).closest("button");
    if (isTyped || isPressed || event.ctrlKey || event.metaKey || event.altKey) return false;
    const far = event.shiftKey ? COARSE : A_KEY;
    /** @type {Record<string, () => unknown>} */
    const keys = {
      Escape: close,
      ArrowLeft: () => move(-far),
      ArrowRight: () => move(far),
      Home: () => setLine(0),
      End: () => setLine(100),
      " ": () => setLine(line > 50 ? 0 : 100),
      s: swap,
      "+": () => zoom.current?.by(STEP),
      "-": () => zoom.current?.by(1 / STEP),
      0: () => zoom.current?.fit(),
      1: () => zoom.current?.actual(),
    };
    keys[event.key]?.();
    return event.key in keys;
  });
  const chosen = (/** @type {number} */ side) => (/** @type {number} */ index) =>
    setPair(/** @type {[number, number]} */ (pair.with(side, index)));
  return html`<div class="lightbox" role="dialog" aria-modal="true" aria-label=${t("command.picture.compare")} tabindex="-1" ref=${root}>
    <div class="picture-bar">
      <${Choice} pictures=${pictures} index=${pair[0]} label=${t("picture.left")} onChoose=${chosen(0)} />
      <${IconButton} name="compare" label=${t("picture.swap")} keys="S" onClick=${swap} />
      <${Choice} pictures=${pictures} index=${pair[1]} label=${t("picture.right")} onChoose=${chosen(1)} />
      <span class="picture-space"></span>
      <${ZoomButtons} zoom=${zoom} />
      <span class="picture-line"></span>
      <${IconButton} name="close" label=${t("dialog.close")} keys="Escape" onClick=${close} />
    </div>
    <${Stage} left=${pictures[pair[0]]} right=${pictures[pair[1]]} line=${line} onLine=${setLine} zoom=${zoom} />
  </div>`;
}

/** @param {{ pictures: readonly Picture[], index: number }} given @returns {[number, number]} */
const firstPair = ({ pictures, index = 0 }) =>
  index ? [index - 1, index] : [0, Math.min(1, pictures.length - 1)];

/** @param {{ pictures: readonly Picture[], index: number, label: string, onChoose: (index: number) => void }} props */
function Choice({ pictures, index, label, onChoose }) {
  if (pictures.length < 3)
    return html`<span class="picture-name" title=${pictures[index]?.name}>${pictures[index] && shortName(pictures[index])}</span>`;
  return html`<select class="field picture-choice" aria-label=${label} value=${index}
    onChange=${(/** @type {Event} */ event) => onChoose(Number(/** @type {HTMLSelectElement} */ (event.currentTarget).value))}>
    ${pictures.map((each, at) => html`<option key=${at} value=${at}>${shortName(each)}</option>`)}
  </select>`;
}

/** @param {{ left: Picture, right: Picture, line: number, onLine: (line: number) => void, zoom: { current: Zoom | null } }} props */
function Stage({ left, right, line, onLine, zoom }) {
  const stage = useRef(/** @type {HTMLElement | null} */ (null));
  const first = useRef(/** @type {HTMLImageElement | null} */ (null));
  useEffect(() => {
    const host = /** @type {HTMLElement} */ (stage.current);
    const image = /** @type {HTMLImageElement} */ (first.current);
    const made = new Zoom(host, {
      size: () => ({ width: image.naturalWidth, height: image.naturalHeight }),
      onChange: ({ x, y, scale }) => {
        const place = {
          x: `${x}px`,
          y: `${y}px`,
          wide: `${image.naturalWidth * scale}px`,
          high: `${image.naturalHeight * scale}px`,
        };
        for (const [name, value] of Object.entries(place)) host.style.setProperty(`--${name}`, value);
      },
      margin: 16,
    });
    zoom.current = made;
    return () => made.close();
  }, []);
  return html`<div class="picture-stage compare" ref=${stage} style=${{ "--line": `${line}%`, "--at": String(line / 100) }}>
    <img ref=${first} src=${fullAddress(left)} alt=${left.name} draggable=${false} onLoad=${() => zoom.current?.fit()} />
    <img class="compare-right" src=${fullAddress(right)} alt=${right.name} draggable=${false} />
    <${Line} line=${line} onLine=${onLine}/>
  </div>`;
}

/** @param {{ line: number, onLine: (line: number) => void }} props */
function Line({ line, onLine }) {
  const drag = (/** @type {PointerEvent} */ event) => {
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    const picture = handle.parentElement?.firstElementChild;
    if (!picture || !handle.hasPointerCapture(event.pointerId)) return;
    const box = picture.getBoundingClientRect();
    onLine(Math.max(0, Math.min(100, (100 * (event.clientX - box.left)) / box.width)));
  };
  return html`<div class="compare-line" role="slider" tabindex="0" aria-label=${t("picture.line")} aria-valuemin="0" aria-valuemax="100"
    aria-valuenow=${Math.round(line)} onPointerDown=${(/** @type {PointerEvent} */ event) =>
      /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId)}
    onPointerMove=${drag}><span></span></div>`;
}
