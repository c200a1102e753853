// @ts-check
// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, test } from "vitest";
import { Keymap } from "../../app/commands/keymap.js";
import { Commands } from "../../app/commands/registry.js";
import { Gestures } from "../../app/gestures/machine.js";
import { followSpace } from "../../app/pictures/mask/held-space.js";
import { start } from "../../app/start/keyboard.js";

const host = document.createElement("div");
/** @type {any} */
const app = {
  isSpaceHeld: false,
  keymap: new Keymap(new Commands()),
  settings: { get: () => "comfyui" },
  overlays: { close: () => false },
  canvas: { surface: { host } },
};
const press = (/** @type {string} */ type) =>
  host.dispatchEvent(new KeyboardEvent(type, { key: " ", bubbles: true }));

beforeAll(() => {
  document.body.append(host);
  app.gestures = new Gestures(app, host, () => ({ name: "idle" }));
  start(app);
});
beforeEach(() => {
  press("keyup");
});

test("Space is held until it is let go", () => {
  press("keydown");
  expect(app.isSpaceHeld).toBe(true);

  press("keyup");

  expect(app.isSpaceHeld).toBe(false);
});

test("Space is not held when the window loses the focus", () => {
  press("keydown");

  window.dispatchEvent(new Event("blur"));

  expect(app.isSpaceHeld).toBe(false);
});

test("a gesture that a held key began is given up when the window loses the focus", () => {
  let isOver = false;
  app.gestures.begin({
    name: "ready-to-cut",
    end: () => {
      isOver = true;
    },
  });

  window.dispatchEvent(new Event("blur"));

  expect(isOver).toBe(true);
  expect(app.gestures.isIdle).toBe(true);
});

test("Space is not held over a mask when the window loses the focus", () => {
  const view = { isSpaceHeld: false };
  const stop = followSpace(() => view);
  press("keydown");
  expect(view.isSpaceHeld).toBe(true);

  window.dispatchEvent(new Event("blur"));
  stop();

  expect(view.isSpaceHeld).toBe(false);
});
