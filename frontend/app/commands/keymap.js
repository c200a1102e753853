// @ts-check
/** Keys and what they do: names of keys, presets, a person's own choices. */

import { signal } from "@preact/signals-core";
import { keep, recalled } from "../state/kept.js";
import { PRESETS } from "./presets.js";

/** @typedef {import("./registry.js").Command} Command */
/** @typedef {import("../app.js").App} App */
/** @typedef {Readonly<Record<string, readonly string[]>>} Keys  command id -> names of keys */
/**
 * @typedef {{ key: string, code?: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean, getModifierState?: (key: string) => boolean }} Pressed
 */

const NAMES = new Map([
  [" ", "Space"],
  ["+", "Plus"],
]);
/** What keys give without Shift or Alt, where a keyboard is laid out as the American one. */
const PLACES = new Map(
  Object.entries({
    Period: ".",
    Comma: ",",
    Slash: "/",
    Semicolon: ";",
    Quote: "'",
    BracketLeft: "[",
    BracketRight: "]",
    Backslash: "\\",
    Minus: "-",
    Equal: "=",
    Backquote: "`",
    NumpadDecimal: ".",
    NumpadAdd: "Plus",
    NumpadSubtract: "-",
  }),
);
const MODIFIERS = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead", "Unidentified"]);

/**
 * Return the names of what was pressed, the best first: by the character that it gives ("?", "Ctrl+Shift+Z"),
 * then by its place on the keyboard ("Shift+/"), as Alt and Shift and other alphabets give other characters.
 * @param {Pressed} event @returns {string[]}
 */
export function keyNames(event) {
  if (MODIFIERS.has(event.key) && event.key !== "Dead") return [];
  const isGiven = event.getModifierState?.("AltGraph") && event.key.length === 1;
  const ctrl = (event.ctrlKey || event.metaKey) && !isGiven;
  const before = `${ctrl ? "Ctrl+" : ""}${event.altKey && !isGiven ? "Alt+" : ""}`;
  const shift = event.shiftKey ? "Shift+" : "";
  const place = placeOf(event.code ?? "");
  const byPlace = place ? [`${before}${shift}${place}`] : [];
  if (event.key === "Dead") return byPlace;
  if (/^[a-z]$/i.test(event.key)) return [`${before}${shift}${event.key.toUpperCase()}`];
  if (/^[0-9]$/.test(event.key) || event.key.length > 1)
    return [`${before}${shift}${event.key}`, ...byPlace.filter((each) => !each.endsWith(event.key))];
  const character = `${before}${event.key === " " ? shift : ""}${NAMES.get(event.key) ?? event.key}`;
  // digits and letters of other layouts go by their place: Shift+1, Alt+A on a Mac, Cyrillic
  const isPlain = /^[A-Z0-9]$/.test(place) || place === event.key;
  return [...new Set(isPlain ? [...byPlace, character] : [character, ...byPlace])];
}

/** @param {string} code */
const placeOf = (code) => /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(code)?.[1] ?? PLACES.get(code) ?? "";

/** Return the name that a key is remembered by. @param {Pressed} event */
export const keyName = (event) => keyNames(event)[0] ?? "";

const KEPT = "sfumato.keys";

export class Keymap {
  /** A person's own keys, which replace those of the commands. */
  own = signal(/** @type {Keys} */ ({}));
  /** A name of `PRESETS`. */
  preset = signal("comfyui");

  /** @param {import("./registry.js").Commands} commands @param {Pick<Storage, "getItem" | "setItem">} [storage] */
  constructor(commands, storage) {
    this.commands = commands;
    this.storage = storage;
    this.own.value = recalled(storage, KEPT, {});
  }

  /** @param {Command} command @returns {readonly string[]} */
  keysOf(command) {
    return this.own.value[command.id] ?? this.usualKeysOf(command);
  }

  /** Return the keys that a command has when a person has chosen none. @param {Command} command @returns {readonly string[]} */
  usualKeysOf(command) {
    return PRESETS[this.preset.value]?.[command.id] ?? command.keys ?? [];
  }

  /** Return what a key stands for: those that can be used at times go before one that always can. @param {string} key @returns {Command[]} */
  commandsOf(key) {
    return this.commands
      .all()
      .filter((each) => this.keysOf(each).includes(key))
      .sort((a, b) => Number(!a.when) - Number(!b.when));
  }

  /**
   * Give a command other keys; undefined gives it its usual ones again.
   * @param {string} id @param {readonly string[] | undefined} keys
   */
  choose(id, keys) {
    // another window may have chosen others meanwhile
    const { [id]: _, ...rest } = recalled(this.storage, KEPT, this.own.value);
    this.#keep(keys ? { ...rest, [id]: keys } : rest);
  }

  reset() {
    this.#keep({});
  }

  /** @param {Keys} own */
  #keep(own) {
    this.own.value = own;
    keep(this.storage, KEPT, own);
  }

  /**
   * Do what a key stands for; say whether it stands for something.
   * @param {App} app @param {KeyboardEvent} event @param {boolean} isOnSurface
   */
  press(app, event, isOnSurface) {
    if (event.isComposing) return false;
    for (const key of keyNames(event)) {
      for (const command of this.commandsOf(key)) {
        if (!isOnSurface && command.on !== "anywhere") continue;
        // the browser's own copy and paste follow, unless one has moved them to other keys
        if (command.isNative && command.keys?.includes(key)) return false;
        if (this.commands.run(app, command.id)) return true;
      }
    }
    return false;
  }
}
