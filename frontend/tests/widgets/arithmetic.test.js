// @ts-check
import { describe, expect, it } from "vitest";
import { asNumber, asWhole, workedOut } from "../../app/widgets/arithmetic.js";
import { randomFrom } from "../random.js";

const number = (/** @type {string} */ text) => {
  const found = workedOut(text);
  return found && asNumber(found);
};

describe("sums", () => {
  it.each([
    ["512*1.5", 768],
    ["(3+4)/2", 3.5],
    ["-3 + -2", -5],
    ["2*-3", -6],
    ["1 - 2 - 3", -4],
    ["12/3/2", 2],
    ["2**3**2", 512],
    ["-2**2", -4],
    ["2^10", 1024],
    ["2**-1", 0.5],
    ["1,5", 1.5],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["1.5e-3", 0.0015],
    ["0.1+0.2", 0.3],
    ["3×4÷2−1", 5],
    ["((((1))))", 1],
  ])("reads %s as %s", (text, value) => {
    expect(number(text)).toBe(value);
  });

  it.each([
    "",
    " ",
    "a",
    "1+",
    "(1",
    "1)",
    "1/0",
    "0**-1",
    "2**0.5",
    "1..2",
    "--",
    "alert(1)",
    "1e5000",
    "9**99999",
  ])("does not read %j", (text) => {
    expect(workedOut(text)).toBeNull();
  });

  it("keeps whole numbers beyond 2^53 exact", () => {
    const most = workedOut("2**64-1");

    expect(most && asWhole(most)).toBe(18446744073709551615n);
  });

  it("rounds halves away from zero", () => {
    expect(["5/2", "-5/2", "7/3"].map((each) => asWhole(/** @type {any} */ (workedOut(each))))).toEqual([
      3n,
      -3n,
      2n,
    ]);
  });

  it("does not hang on deep or long texts", () => {
    expect(workedOut("(".repeat(150))).toBeNull();
    expect(workedOut("-".repeat(190))).toBeNull();
    expect(workedOut("1+".repeat(500))).toBeNull();
  });

  it("agrees with JavaScript on random sums of small whole numbers", () => {
    const random = randomFrom(3);
    const literal = () => String(Math.floor(random() * 20) + 1);
    /** @type {(depth: number) => string} */
    const sum = (depth) => {
      if (depth === 0 || random() < 0.2) return literal();
      const sign = "+-*/"[Math.floor(random() * 4)];
      return `(${sum(depth - 1)}${sign}${sign === "/" ? literal() : sum(depth - 1)})`;
    };
    for (let round = 0; round < 200; round += 1) {
      const text = sum(3);
      const expected = new Function(`return ${text}`)();

      expect(number(text)).toBeCloseTo(expected, 6);
    }
  });
});
