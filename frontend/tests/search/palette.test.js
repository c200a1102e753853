// @ts-check
// @vitest-environment happy-dom
import { signal } from "@preact/signals-core";
import { html, render } from "htm/preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Keymap } from "../../app/commands/keymap.js";
import { Commands } from "../../app/commands/registry.js";
import { Settings } from "../../app/state/settings.js";
import Palette from "../../app/ui/palette.js";

/** @type {any} */
let app;
/** @type {string[]} */
let ran;
/** @type {HTMLElement} */
let host;

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
  ran = [];
  const commands = new Commands();
  commands.add([
    { id: "arrange.left", title: "Align left", group: "edit", run: () => ran.push("left") },
    { id: "arrange.right", title: "Align right", group: "edit", run: () => ran.push("right") },
  ]);
  app = {
    commands,
    keymap: new Keymap(commands),
    settings: new Settings({ getItem: () => null, setItem: () => {} }),
    canvas: { index: { nodes: new Map() } },
    tab: { store: { document: { nodes: {} } }, level: "" },
    schema: signal(new Map()),
  };
});
afterEach(() => {
  render(html`<i></i>`, host);
  host.remove();
});

/** @param {string} typed  while it was loaded */
function open(typed) {
  const overlay = { kind: "palette", given: { mode: "commands", typed: () => typed } };
  render(html`<${Palette} overlay=${overlay} app=${app} close=${() => ran.push("close")} />`, host);
}

describe("the palette", () => {
  it("hears the first key after it is seen", () => {
    open("align right");

    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));

    expect(ran).toEqual(["close", "right"]);
  });

  it("runs what was typed with Enter while it was loaded", () => {
    open("align right\n");

    expect(ran).toEqual(["close", "right"]);
  });
});
