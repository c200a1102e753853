// @ts-check
// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { Gestures } from "../../app/gestures/machine.js";

function gesturing() {
  const host = document.createElement("div");
  const idle = { name: "idle" };
  const gestures = new Gestures(/** @type {any} */ ({}), host, () => idle);
  const cancel = vi.fn();
  gestures.begin({ name: "dragging", cancel });
  return { gestures, cancel };
}

describe("Gestures", () => {
  it("are given up when the window is left", () => {
    const { gestures, cancel } = gesturing();
    window.dispatchEvent(new Event("blur"));

    expect(cancel).toHaveBeenCalledTimes(1);
    expect(gestures.isIdle).toBe(true);
  });

  it("hear nothing more of the window once they are closed", () => {
    const { gestures } = gesturing();
    gestures.close();
    const cancel = vi.spyOn(gestures, "cancel");
    window.dispatchEvent(new Event("blur"));

    expect(cancel).not.toHaveBeenCalled();
  });
});
