// @ts-check
import { describe, expect, it } from "vitest";
import { anyWhole, readNumber, stepped } from "../../app/form/numbers.js";

/** @type {import("../../app/model/schema.js").Widget} */
const seed = { kind: "int", min: 0, max: "18446744073709551615", step: 1 };
/** @type {import("../../app/model/schema.js").Widget} */
const part = { kind: "float", min: 0, max: 1, step: 0.01 };

describe("numbers as they are typed", () => {
  it.each([
    ["7", 7],
    [" 12 ", 12],
    ["-1", 0],
    ["9007199254740993", "9007199254740993"],
    ["99999999999999999999", "18446744073709551615"],
    ["1.5", undefined],
    ["", undefined],
    ["six", undefined],
  ])("reads the whole number %j as %j", (text, value) => {
    expect(readNumber(text, seed)).toBe(value);
  });

  it.each([
    ["0.25", 0.25],
    ["0,25", 0.25],
    ["7", 1],
    ["-7", 0],
    [".", undefined],
    ["", undefined],
  ])("reads the number %j as %j", (text, value) => {
    expect(readNumber(text, part)).toBe(value);
  });

  it("steps without losing digits", () => {
    expect(stepped("9007199254740993", 1, seed)).toBe("9007199254740994");
    expect(stepped(0.29, 1, part)).toBe(0.3);
    expect(stepped(1, 1, part)).toBe(1);
    expect(stepped(512, -10, { kind: "int", min: 16, step: 8 })).toBe(432);
  });

  it("goes back to where it was by a step up and one down", () => {
    for (let value = 0.05; value < 0.9; value += 0.07) {
      const start = Number(value.toFixed(2));

      expect(stepped(stepped(start, 1, part), -1, part)).toBe(start);
    }
  });

  it("throws numbers within the bounds", () => {
    const widget = /** @type {import("../../app/model/schema.js").Widget} */ ({
      kind: "int",
      min: 5,
      max: 9,
    });

    expect(anyWhole(widget, () => 0n)).toBe(5);
    expect(anyWhole(widget, (most) => most - 1n)).toBe(9);
    expect(anyWhole(seed, (most) => most - 1n)).toBe("18446744073709551615");
  });
});
