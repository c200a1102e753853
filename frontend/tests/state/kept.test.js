// @ts-check
import { describe, expect, it } from "vitest";
import { keep, recalled, storageOf } from "../../app/state/kept.js";
import { Settings } from "../../app/state/settings.js";

const storage = () =>
  storageOf(() => {
    throw new Error("refused");
  });

describe("what is kept in the browser", () => {
  it("is what is usual where something else is found", () => {
    const kept = storage();
    kept.setItem("list", '{"a": 1}');
    kept.setItem("broken", "{");

    expect(recalled(kept, "list", [7])).toEqual([7]);
    expect(recalled(kept, "broken", {})).toEqual({});
    expect(recalled(kept, "none", 3)).toBe(3);
  });

  it("is forgotten without a word where there is no room", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error("QuotaExceeded");
      },
    };

    expect(() => keep(full, "a", 1)).not.toThrow();
  });
});

describe("settings", () => {
  it("leave what another window has chosen", () => {
    const kept = storage();
    const [one, other] = [new Settings(kept), new Settings(kept)];
    one.set("theme", "dark");
    other.set("grid", true);
    const next = new Settings(kept);

    expect([next.get("theme"), next.get("grid")]).toEqual(["dark", true]);
  });
});
