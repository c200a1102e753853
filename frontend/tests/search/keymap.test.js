// @ts-check
import { describe, expect, it } from "vitest";
import { conflictsOf } from "../../app/commands/key-conflicts.js";
import { Keymap, keyName, keyNames } from "../../app/commands/keymap.js";
import { Commands } from "../../app/commands/registry.js";

/** @param {string} key @param {string} code @param {string} [held] c, m, a, s and g for AltGr */
const pressed = (key, code, held = "") => ({
  key,
  code,
  ctrlKey: held.includes("c"),
  metaKey: held.includes("m"),
  altKey: held.includes("a"),
  shiftKey: held.includes("s"),
  getModifierState: (/** @type {string} */ name) => name === "AltGraph" && held.includes("g"),
});

describe("keyNames", () => {
  it.each([
    ["Shift+A", pressed("A", "KeyA", "s")],
    ["?", pressed("?", "Slash", "s")],
    ["?", pressed("?", "Minus", "s")], // German
    [".", pressed(".", "Period")],
    ["Shift+.", pressed(">", "Period", "s")],
    ["Shift+.", pressed(":", "Period", "s")], // German
    ["[", pressed("[", "BracketLeft")],
    ["[", pressed("[", "Digit8", "cag")], // German, AltGr on Windows
    ["Ctrl+Shift+V", pressed("V", "KeyV", "cs")],
    ["Ctrl+Z", pressed("z", "KeyW", "c")], // French
    ["Ctrl+Z", pressed("z", "KeyZ", "m")], // Command on a Mac
    ["Ctrl+Z", pressed("я", "KeyZ", "c")], // Russian
    ["Alt+M", pressed("µ", "KeyM", "a")], // Option on a Mac
    ["Alt+=", pressed("≠", "Equal", "a")],
    ["Alt+-", pressed("-", "Minus", "a")],
    ["Ctrl+1", pressed("1", "Digit1", "c")],
    ["1", pressed("&", "Digit1")], // French
    ["Ctrl+Shift+1", pressed("!", "Digit1", "cs")],
    ["1", pressed("1", "Numpad1")],
    ["Delete", pressed("Delete", "Delete")],
    ["Shift+ArrowLeft", pressed("ArrowLeft", "ArrowLeft", "s")],
    ["Tab", pressed("Tab", "Tab")],
    ["Space", pressed(" ", "Space")],
    ["F2", pressed("F2", "F2")],
    ["Ctrl+Enter", pressed("Enter", "Enter", "c")],
  ])("has %s", (name, event) => expect(keyNames(event)).toContain(name));

  it("says nothing of modifiers alone", () => {
    expect(keyName(pressed("Shift", "ShiftLeft", "s"))).toBe("");
  });
});

describe("Keymap", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const storage = {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  };
  const commands = new Commands();
  /** @type {string[]} */
  const ran = [];
  let isSome = false;
  commands.add([
    { id: "edit.delete", group: "edit", keys: ["Delete"], run: () => ran.push("delete") },
    { id: "edit.copy", group: "edit", keys: ["Ctrl+C"], isNative: true, run: () => ran.push("copy") },
    { id: "view.fit", group: "view", keys: ["."], run: () => ran.push("fit") },
    { id: "view.some", group: "view", keys: ["."], when: () => isSome, run: () => ran.push("some") },
  ]);
  const press = (/** @type {Keymap} */ keymap, /** @type {ReturnType<typeof pressed>} */ event) =>
    keymap.press(/** @type {any} */ ({}), /** @type {any} */ (event), true);

  it("runs what a key stands for, also after it was chosen and kept", () => {
    const keymap = new Keymap(commands, storage);
    expect(press(keymap, pressed("Delete", "Delete"))).toBe(true);
    keymap.choose("edit.delete", ["Q"]);
    const later = new Keymap(commands, storage);

    expect(press(later, pressed("Delete", "Delete"))).toBe(false);
    expect(press(later, pressed("q", "KeyQ"))).toBe(true);
    expect(ran).toEqual(["delete", "delete"]);
    later.reset();
    expect(later.keysOf(/** @type {any} */ (commands.get("edit.delete")))).toEqual(["Delete"]);
  });

  it("runs what can be used at times before what always can", () => {
    const keymap = new Keymap(commands);
    ran.length = 0;
    press(keymap, pressed(".", "Period"));
    isSome = true;
    press(keymap, pressed(".", "Period"));
    isSome = false;

    expect(ran).toEqual(["fit", "some"]);
  });

  it("leaves the browser's own keys to it", () => {
    const keymap = new Keymap(commands);

    expect(press(keymap, pressed("c", "KeyC", "c"))).toBe(false);
  });

  it("has sets of keys", () => {
    const keymap = new Keymap(commands);
    keymap.preset.value = "blender";

    expect(keymap.keysOf(/** @type {any} */ (commands.get("edit.delete")))).toContain("X");
  });

  it("knows what is in the way; what can not be used at once is not", () => {
    const keymap = new Keymap(commands);
    const fit = /** @type {import("../../app/commands/registry.js").Command} */ (commands.get("view.fit"));

    expect(conflictsOf(keymap, fit, "Delete").map((each) => each.id)).toEqual(["edit.delete"]);
    expect(conflictsOf(keymap, fit, ".")).toEqual([]);
  });
});
