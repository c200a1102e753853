// @ts-check
// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Overlays } from "../../app/ui/overlays.js";
import { typedMeanwhile } from "../../app/ui/type-ahead.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** @param {string} key */
function press(key) {
  const event = new KeyboardEvent("keydown", { key, cancelable: true, bubbles: true });
  document.body.dispatchEvent(event);
  return event;
}

describe("what is typed before a part has come", () => {
  it("is gathered however long it takes", async () => {
    const typed = typedMeanwhile();
    press("a");
    await vi.advanceTimersByTimeAsync(60_000);
    press("b");

    expect(typed()).toBe("ab");
    expect(press("c").defaultPrevented).toBe(false);
  });

  it("goes on to the page again when the part is closed, as one is that fails", () => {
    const overlays = new Overlays();
    overlays.show({ kind: "palette", given: { typed: typedMeanwhile() } });
    const during = press("a").defaultPrevented;
    overlays.close("palette");

    expect(during).toBe(true);
    expect(press("b").defaultPrevented).toBe(false);
  });

  it("of one that is asked for twice is gathered once more", () => {
    const overlays = new Overlays();
    overlays.show({ kind: "palette", given: { typed: typedMeanwhile() } });
    const typed = typedMeanwhile();
    overlays.show({ kind: "palette", given: { typed } });
    press("a");

    expect(typed()).toBe("a");
    expect(press("b").defaultPrevented).toBe(false);
  });
});
