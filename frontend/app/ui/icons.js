// @ts-check
/** Small pictures for buttons: 16 pixels, strokes, in the colour of the text. */

import { html } from "htm/preact";

const SVG = "http://www.w3.org/2000/svg";

/** @type {Readonly<Record<string, string>>} paths by name */
const PATHS = {
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  close: "m4 4 8 8M12 4l-8 8",
  check: "m3 8.5 3.2 3.2L13 5",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3 13.5 13.5",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  drag: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  "chevron-down": "m4 6 4 4 4-4",
  "chevron-up": "m4 10 4-4 4 4",
  "chevron-left": "m10 4-4 4 4 4",
  "chevron-right": "m6 4 4 4-4 4",
  "arrow-up": "M8 13V3M4 7l4-4 4 4",
  "arrow-down": "M8 3v10M4 9l4 4 4-4",
  "arrow-left": "M13 8H3M7 4 3 8l4 4",
  "arrow-right": "M3 8h10M9 4l4 4-4 4",
  graph:
    "M2.5 4.25A1.25 1.25 0 0 1 3.75 3h1.5A1.25 1.25 0 0 1 6.5 4.25v1.5A1.25 1.25 0 0 1 5.25 7h-1.5A1.25 1.25 0 0 1 2.5 5.75ZM9.5 10.25A1.25 1.25 0 0 1 10.75 9h1.5a1.25 1.25 0 0 1 1.25 1.25v1.5A1.25 1.25 0 0 1 12.25 13h-1.5a1.25 1.25 0 0 1-1.25-1.25ZM6.5 5c3 0 0 6 3 6",
  form: "M2.5 3.5h5M2.5 8.5h5M3.5 5h9a1 1 0 0 1 0 2h-9a1 1 0 0 1 0-2ZM3.5 10h9a1 1 0 0 1 1 1v1a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-1a1 1 0 0 1 1-1Z",
  run: "M4.5 3.2v9.6a.5.5 0 0 0 .76.43l7.8-4.8a.5.5 0 0 0 0-.86l-7.8-4.8a.5.5 0 0 0-.76.43Z",
  "run-first": "M3 3v10M6 3.7v8.6a.4.4 0 0 0 .62.33l6.6-4.3a.4.4 0 0 0 0-.66l-6.6-4.3a.4.4 0 0 0-.62.33Z",
  stop: "M4.5 3.5h7a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  queue: "M2.5 4h11M2.5 8h7M2.5 12h7M12 8.5v4M10 10.5h4",
  library: "M2.5 3h4.5v4.5H2.5ZM9 3h4.5v4.5H9ZM2.5 9H7v4H2.5ZM9 9h4.5v4H9Z",
  inspector:
    "M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6M10.2 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM5.8 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z",
  outline: "M2.5 3.5h11M5.5 8h8M8.5 12.5h5M2.5 6v2h1M5.5 10.5v2h1",
  gallery:
    "M3 3h10a.8.8 0 0 1 .8.8v8.4a.8.8 0 0 1-.8.8H3a.8.8 0 0 1-.8-.8V3.8A.8.8 0 0 1 3 3ZM2.4 11l3.2-3.2 2.6 2.6 2-2 3.4 3.2M10.5 6.2h.01",
  log: "m3 4.5 3.5 3.5L3 11.5M8 12h5",
  problems: "M8 2.5 14 13H2ZM8 6.5v3M8 11.3h.01",
  warning: "M8 2.5 14 13H2ZM8 6.5v3M8 11.3h.01",
  error: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3.5M8 11h.01",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5V11M8 5.2h.01",
  good: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm-2.6-5.8L7.3 10l3.4-3.8",
  help: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.3 6.2a1.75 1.75 0 1 1 2.6 1.5c-.6.35-.9.7-.9 1.3M8 11.2h.01",
  settings:
    "M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 1.8v1.9M8 12.3v1.9M1.8 8h1.9M12.3 8h1.9M3.6 3.6l1.35 1.35M11.05 11.05l1.35 1.35M12.4 3.6l-1.35 1.35M4.95 11.05 3.6 12.4",
  undo: "M3 6.5h6.5a3.25 3.25 0 0 1 0 6.5H6M5.5 3.8 3 6.5l2.5 2.7",
  redo: "M13 6.5H6.5a3.25 3.25 0 0 0 0 6.5H10M10.5 3.8 13 6.5l-2.5 2.7",
  save: "M3.5 2.5h7L13.5 5.5v7a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1ZM5 2.5V6h5V2.5M5 13.5V9.5h6v4",
  folder: "M2 4.2a1 1 0 0 1 1-1h3l1.6 1.8H13a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1Z",
  file: "M4.5 2h5l3 3v8a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1ZM9 2v3.5h3.5",
  download: "M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M3 13.5h10",
  upload: "M8 10.7v-8M4.8 5.7 8 2.5l3.2 3.2M3 13.5h10",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.3 4.5l.6 8.5h6.2l.6-8.5M6.8 7v3.7M9.2 7v3.7",
  copy: "M6 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1ZM3 10.5V3.5a1 1 0 0 1 1-1h6",
  edit: "m3 13 .7-2.8 7.2-7.2a1 1 0 0 1 1.4 0l.7.7a1 1 0 0 1 0 1.4l-7.2 7.2ZM9.6 4.3l2.1 2.1",
  pin: "M5.5 2.5h5l-.7 4 2.2 2.5H4l2.2-2.5ZM8 9v4.5",
  expose:
    "M2.5 5V3.5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V11M2 8h7M6.5 5.5 9 8l-2.5 2.5",
  eye: "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z",
  "eye-off":
    "M3 3l10 10M6.5 4a6 6 0 0 1 1.5-.2c4 0 6.2 4.2 6.2 4.2a11 11 0 0 1-1.8 2.2M4.2 5.5A10.3 10.3 0 0 0 1.8 8S4 12.2 8 12.2a6 6 0 0 0 2.6-.6",
  dice: "M4 2.5h8A1.5 1.5 0 0 1 13.5 4v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 12V4A1.5 1.5 0 0 1 4 2.5ZM5.5 5.5h.01M10.5 5.5h.01M8 8h.01M5.5 10.5h.01M10.5 10.5h.01",
  lock: "M4 7.5h8a.8.8 0 0 1 .8.8v4.4a.8.8 0 0 1-.8.8H4a.8.8 0 0 1-.8-.8V8.3a.8.8 0 0 1 .8-.8ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  unlock:
    "M4 7.5h8a.8.8 0 0 1 .8.8v4.4a.8.8 0 0 1-.8.8H4a.8.8 0 0 1-.8-.8V8.3a.8.8 0 0 1 .8-.8ZM5.5 7.5V4.8a2.5 2.5 0 0 1 4.9-.7",
  refresh: "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.7h-2.7",
  history: "M3 8a5 5 0 1 0 1.5-3.6M3 2.5v2.7h2.7M8 5.2V8l2 1.3",
  frame: "M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10M6 6h4v4H6Z",
  maximize: "M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9",
  compare:
    "M8 2v12M3.5 4h9a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1ZM10.3 6.5 11.8 8l-1.5 1.5",
  brush: "M13.5 2.5 7.5 8.7M6.2 8.6a2 2 0 0 1 1.3 1.9c0 2-2 3-5 2.8 1.3-.7 1-1.5 1.3-2.9a2 2 0 0 1 2.4-1.8Z",
  eraser: "m8.5 3.5 4 4-5.5 5.5H4.5l-2-2ZM5.5 6.5l4 4M7 13h6.5",
  fill: "m7 3 5.5 5.5-4.3 4.3a1 1 0 0 1-1.4 0L3 9a1 1 0 0 1 0-1.4ZM5 1.5 7 3.5M14 11.5s1 1.2 1 1.9a1 1 0 0 1-2 0c0-.7 1-1.9 1-1.9Z",
  mute: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 12.2l8.4-8.4",
  bypass: "M2 8h2.5c2 0 1.5-4 3.5-4s1.5 4 3.5 4H14M11.8 5.8 14 8l-2.2 2.2",
  tag: "M2.5 3.5a1 1 0 0 1 1-1h4l6 6-5 5-6-6ZM5.5 5.5h.01",
  template: "M2.5 3h11v3.5h-11ZM2.5 8.5h5V13h-5ZM9.5 8.5h4V13h-4Z",
  subgraph:
    "M3.5 2.5h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1ZM5 5.5h2v2H5ZM9 8.5h2v2H9ZM7 6.5h1c1 0 0 3 1 3",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1.06 1.06M11.54 11.54l1.06 1.06M12.6 3.4l-1.06 1.06M4.46 11.54 3.4 12.6",
  moon: "M13.3 9.7A5.8 5.8 0 0 1 6.3 2.7a5.8 5.8 0 1 0 7 7Z",
  offline: "M2 2l12 12M4.7 7.2A3 3 0 0 0 5 13h6.5M7 4.3a4 4 0 0 1 4.9 3.2 2.8 2.8 0 0 1 1.6 4.5",
  external: "M9 3h4v4M13 3 7.5 8.5M11.5 9.5V12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1h2.5",
  keyboard:
    "M2.5 4h11a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1ZM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M5 9.5h6",
  link: "M6.7 9.3a2.5 2.5 0 0 0 3.6 0l2.2-2.2a2.5 2.5 0 0 0-3.6-3.6l-.7.7M9.3 6.7a2.5 2.5 0 0 0-3.6 0L3.5 8.9a2.5 2.5 0 0 0 3.6 3.6l.7-.7",
  seed: "M4 2.5h8A1.5 1.5 0 0 1 13.5 4v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 12V4A1.5 1.5 0 0 1 4 2.5ZM5.5 5.5h.01M10.5 5.5h.01M8 8h.01M5.5 10.5h.01M10.5 10.5h.01",
  minimap: "M2.5 3.5h11v9h-11ZM8.5 8.5h3.5v2.5H8.5ZM4.5 5.5h2",
  star: "m8 2.3 1.7 3.6 3.9.5-2.9 2.7.8 3.9L8 11.1 4.5 13l.8-3.9L2.4 6.4l3.9-.5Z",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  "align-left": "M2.5 2v12M5 4h8v2.5H5ZM5 9.5h5V12H5Z",
  "align-center": "M8 2v2M8 6.5v3M8 12v2M4 4h8v2.5H4ZM5.5 9.5h5V12h-5Z",
  "align-right": "M13.5 2v12M3 4h8v2.5H3ZM6 9.5h5V12H6Z",
  "align-top": "M2 2.5h12M4 5h2.5v8H4ZM9.5 5H12v5H9.5Z",
  "align-middle": "M2 8h2M6.5 8h3M12 8h2M4 4h2.5v8H4ZM9.5 5.5H12v5H9.5Z",
  "align-bottom": "M2 13.5h12M4 3h2.5v8H4ZM9.5 6H12v5H9.5Z",
  "distribute-across": "M2.5 2.5v11M13.5 2.5v11M6.5 5h3v6h-3Z",
  "distribute-down": "M2.5 2.5h11M2.5 13.5h11M5 6.5h6v3H5Z",
  layout: "M2 6.5h3.5v3H2ZM10.5 2.5H14v3h-3.5ZM10.5 10.5H14v3h-3.5ZM5.5 8H8M8 4v8M8 4h2.5M8 12h2.5",
};

/** @param {string} name */
const pathOf = (name) => PATHS[name] ?? PATHS.graph;

/**
 * Return a picture for a component.
 * @param {string} name
 */
export const icon = (name) =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${pathOf(name)} /></svg>`;

/** Return a picture for plain DOM. @param {string} name @returns {SVGElement} */
export function iconElement(name) {
  const svg = /** @type {SVGElement} */ (document.createElementNS(SVG, "svg"));
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", pathOf(name));
  svg.append(path);
  return svg;
}
