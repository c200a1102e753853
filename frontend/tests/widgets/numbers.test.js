// @ts-check
import { describe, expect, it } from "vitest";
import { beyond, readNumber, scrubbed, shareOf, shownNumber, stepped } from "../../app/widgets/numbers.js";

/** @typedef {import("../../app/model/schema.js").Widget} Widget */

/** @type {Widget} */
const SEED = { kind: "int", min: 0, max: "18446744073709551615" };
/** @type {Widget} */
const SIZE = { kind: "int", min: 16, max: 1024, step: 8 };
/** @type {Widget} */
const CFG = { kind: "float", min: 0, max: 100, step: 0.1, round: 0.01 };

describe("numbers that are typed", () => {
  it("are worked out", () => {
    expect(readNumber("512*1.5", SIZE)).toBe(768);
  });

  it("stay within bounds", () => {
    expect([readNumber("5", SIZE), readNumber("9999", SIZE), readNumber("-1", CFG)]).toEqual([16, 1024, 0]);
  });

  it("are rounded as the widget says", () => {
    expect(readNumber("10/3", CFG)).toBe(3.33);
    expect(readNumber("7/2", SIZE)).toBe(16);
    expect(readNumber("33/2", SIZE)).toBe(17);
  });

  it("are text beyond what JavaScript counts to", () => {
    expect(readNumber("18446744073709551614", SEED)).toBe("18446744073709551614");
    expect(readNumber("2**53-1", SEED)).toBe(2 ** 53 - 1);
    expect(readNumber("2**70", SEED)).toBe("18446744073709551615");
  });

  it("are nothing when they are no numbers", () => {
    expect(readNumber("abc", CFG)).toBeUndefined();
  });
});

describe("steps", () => {
  it("go by the widget's step, exact in decimals", () => {
    expect(stepped(0.1, 1, CFG)).toBe(0.2);
    expect(stepped(0.2, 1, CFG)).toBe(0.3);
    expect(stepped(4, -1, CFG)).toBe(3.9);
    expect(stepped(512, 1, SIZE)).toBe(520);
  });

  it("are tenths with Shift and tens with Ctrl", () => {
    expect(stepped(4, 0.1, CFG)).toBe(4.01);
    expect(stepped(4, 10, CFG)).toBe(5);
    expect(stepped(512, 0.1, SIZE)).toBe(513);
    expect(stepped(512, -10, SIZE)).toBe(432);
  });

  it("keep large whole numbers exact", () => {
    expect(stepped("18446744073709551613", 1, SEED)).toBe("18446744073709551614");
    expect(stepped("18446744073709551615", 1, SEED)).toBe("18446744073709551615");
  });
});

describe("dragged numbers", () => {
  it("come to the grid of steps", () => {
    expect(scrubbed(500, 1, SIZE)).toBe(504);
    expect(scrubbed(4.03, 2, CFG)).toBe(4.2);
  });

  it("are as before when the way is less than half a step", () => {
    expect(scrubbed(500, 0.3, SIZE)).toBe(500);
    expect(scrubbed(4.03, -0.4, CFG)).toBe(4.03);
  });

  it("go by tenths of steps when fine", () => {
    expect(scrubbed(4, 3, CFG, true)).toBe(4.03);
    expect(scrubbed(512, 3, SIZE, true)).toBe(515);
  });

  it("never leave the bounds", () => {
    for (const steps of [-1e6, -7, 7, 1e6]) {
      const value = Number(scrubbed(500, steps, SIZE));

      expect(value).toBeGreaterThanOrEqual(16);
      expect(value).toBeLessThanOrEqual(1024);
    }
  });
});

it("shows decimals as such, whole ones with a digit", () => {
  expect([
    shownNumber(4, CFG),
    shownNumber(0.75, CFG),
    shownNumber(20, SIZE),
    shownNumber("7", SEED),
  ]).toEqual(["4.0", "0.75", "20", "7"]);
});

it("says how full a slider is", () => {
  expect([shareOf(50, CFG), shareOf(500, CFG), shareOf(1, { kind: "float" })]).toEqual([0.5, 1, null]);
});

describe("a bound", () => {
  it("is taken for what is typed beyond it", () => {
    expect(beyond("2048", SIZE)).toEqual({ end: "most", value: 1024 });
    expect(beyond("2*-3", SIZE)).toEqual({ end: "least", value: 16 });
  });

  it("is not told of where what is typed is within, or no number", () => {
    expect([beyond("512", SIZE), beyond("", SIZE), beyond("a", SIZE)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
