// @ts-check
/** A person's choices, kept in the browser. One table says what there is. */

import { signal } from "@preact/signals-core";
import { keep, recalled } from "./kept.js";

/**
 * @typedef {{ id: string, kind: "bool" | "choice" | "number", group: "look" | "graph" | "run" | "access", default: any, choices?: readonly string[], min?: number, max?: number }} Setting
 *   its label is `setting.ID` of the locale, choices are `setting.ID.CHOICE`
 */

/** @type {readonly Setting[]} */
export const SETTINGS = [
  { id: "theme", kind: "choice", group: "look", default: "system", choices: ["system", "dark", "light"] },
  { id: "language", kind: "choice", group: "look", default: "system", choices: ["system", "en", "zh-CN"] },
  { id: "minimap", kind: "bool", group: "look", default: true },
  { id: "leftDrag", kind: "choice", group: "graph", default: "marquee", choices: ["marquee", "pan"] },
  { id: "wheel", kind: "choice", group: "graph", default: "zoom", choices: ["zoom", "pan"] },
  { id: "marquee", kind: "choice", group: "graph", default: "touch", choices: ["touch", "enclose"] },
  { id: "grid", kind: "bool", group: "graph", default: false },
  { id: "guides", kind: "bool", group: "graph", default: true },
  { id: "makeRoom", kind: "bool", group: "graph", default: true },
  {
    id: "linkShape",
    kind: "choice",
    group: "graph",
    default: "curve",
    choices: ["curve", "straight", "right-angled", "hidden"],
  },
  { id: "linkOpacity", kind: "number", group: "graph", default: 1, min: 0.1, max: 1 },
  { id: "keys", kind: "choice", group: "graph", default: "comfyui", choices: ["comfyui", "blender"] },
  { id: "previews", kind: "bool", group: "run", default: true },
  { id: "easing", kind: "bool", group: "access", default: true },
];

const KEY = "sfumato.settings";

export class Settings {
  /** @type {Map<string, import("@preact/signals-core").Signal<any>>} */
  #values = new Map();

  /** @param {Pick<Storage, "getItem" | "setItem">} storage */
  constructor(storage) {
    this.storage = storage;
    const kept = keptIn(storage);
    for (const { id, default: usual } of SETTINGS) this.#values.set(id, signal(kept[id] ?? usual));
  }

  /** @param {string} id @returns {any} */
  get(id) {
    return this.#values.get(id)?.value;
  }

  /** @param {string} id @param {unknown} value */
  set(id, value) {
    const found = this.#values.get(id);
    if (!found) return;
    found.value = value;
    // another window may have chosen something else meanwhile
    keep(this.storage, KEY, { ...keptIn(this.storage), [id]: value });
  }
}

/** @param {import("./kept.js").Kept} storage @returns {Record<string, unknown>} */
const keptIn = (storage) => recalled(storage, KEY, {});
