// @ts-check
import { describe, expect, it } from "vitest";
import { flooded, sameColour, sameMask } from "../../app/pictures/mask/flood.js";
import { MaskHistory } from "../../app/pictures/mask/history.js";
import { emptyMask, feathered, grown, inverted, maskedArea } from "../../app/pictures/mask/operations.js";
import { falloff, Stroke } from "../../app/pictures/mask/stroke.js";
import { randomFrom } from "../random.js";

/** @typedef {import("../../app/pictures/mask/operations.js").Mask} Mask */

/** @param {number} seed @returns {Mask} */
function randomMask(seed) {
  const random = randomFrom(seed);
  const mask = emptyMask(3 + Math.floor(random() * 30), 3 + Math.floor(random() * 30));
  for (let count = 0; count < 6; count += 1) {
    const at = Math.floor(random() * mask.data.length);
    mask.data.fill(Math.floor(random() * 256), at, at + Math.floor(random() * 12));
  }
  return mask;
}

const MASKS = Array.from({ length: 25 }, (_, seed) => randomMask(seed + 1));

/** @param {...string} rows  "#" is masked @returns {Mask} */
const drawn = (...rows) => ({
  data: Uint8Array.from([...rows.join("")].map((each) => (each === "#" ? 255 : 0))),
  width: rows[0].length,
  height: rows.length,
});

/** @param {Mask} mask */
const shown = ({ data, width, height }) =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[y * width + x] > 127 ? "#" : ".")).join(""),
  );

/** @param {Uint8Array} a @param {Uint8Array} b */
const isSame = (a, b) => a.every((each, at) => each === b[at]);

/** The definition, pixel by pixel. @param {Mask} mask @param {number} radius */
function grownSlowly({ data, width, height }, radius) {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let v = 0; v < height; v += 1)
        for (let u = 0; u < width; u += 1)
          if ((u - x) ** 2 + (v - y) ** 2 <= (radius + 0.5) ** 2)
            out[y * width + x] = Math.max(out[y * width + x], data[v * width + u]);
  return out;
}

describe("a mask", () => {
  it("is itself when it is inverted twice", () => {
    for (const mask of MASKS) expect(inverted(inverted(mask))).toEqual(mask);
  });

  it("grows by the disc that its definition says", () => {
    for (const mask of MASKS.slice(0, 12))
      for (const radius of [1, 2, 5]) expect(grown(mask, radius).data).toEqual(grownSlowly(mask, radius));
  });

  it("shrinks as its opposite grows", () => {
    for (const mask of MASKS)
      for (const radius of [1, 3])
        expect(grown(mask, -radius)).toEqual(inverted(grown(inverted(mask), radius)));
  });

  it("holds itself when it is grown, and more after growing and shrinking", () => {
    for (const mask of MASKS) {
      const more = grown(mask, 2).data;
      const closed = grown(grown(mask, 2), -2).data;

      expect(mask.data.every((each, at) => each <= more[at] && each <= closed[at])).toBe(true);
    }
  });

  it("stays as it is when it is grown by nothing", () => {
    for (const mask of MASKS) expect(grown(mask, 0)).toEqual(mask);
  });

  it("is no brighter and no darker anywhere when it is feathered", () => {
    for (const mask of MASKS) {
      const soft = feathered(mask, 4);

      expect(Math.max(...soft.data)).toBeLessThanOrEqual(Math.max(...mask.data));
      expect(Math.min(...soft.data)).toBeGreaterThanOrEqual(Math.min(...mask.data));
    }
  });

  it("that is even stays even when it is feathered", () => {
    const even = { data: new Uint8Array(300).fill(201), width: 20, height: 15 };

    expect(feathered(even, 9)).toEqual(even);
  });

  it("falls off the same way to both sides of an edge", () => {
    const mask = emptyMask(40, 3);
    for (let y = 0; y < 3; y += 1) mask.data.fill(255, y * 40, y * 40 + 20);

    const row = feathered(mask, 6).data.subarray(40, 80);

    for (let away = 0; away < 20; away += 1)
      expect(Math.abs(row[19 - away] + row[20 + away] - 255)).toBeLessThanOrEqual(3);
    expect(row[13]).toBe(255);
    expect(row[26]).toBe(0);
    expect([...row]).toEqual([...row].toSorted((a, b) => b - a));
  });

  it("feathers along both axes alike", () => {
    const mask = emptyMask(21, 21);
    mask.data[10 * 21 + 10] = 255;
    mask.data[10 * 21 + 11] = 255;
    const other = emptyMask(21, 21);
    other.data[10 * 21 + 10] = 255;
    other.data[11 * 21 + 10] = 255;

    const [a, b] = [feathered(mask, 5).data, feathered(other, 5).data];

    for (let y = 0; y < 21; y += 1)
      for (let x = 0; x < 21; x += 1) expect(Math.abs(a[y * 21 + x] - b[x * 21 + y])).toBeLessThanOrEqual(1);
  });

  it("knows the area that is masked", () => {
    expect(maskedArea(drawn("....", ".#..", "..#.", "...."))).toEqual({
      left: 1,
      top: 1,
      right: 3,
      bottom: 3,
    });
    expect(maskedArea(drawn("...", "..."))).toBeNull();
  });
});

describe("filling", () => {
  const ring = drawn(".......", ".#####.", ".#...#.", ".#...#.", ".#####.", ".......");

  it("fills what a line goes round, and nothing outside of it", () => {
    const full = flooded(ring, 3, 2, 255, sameMask(ring, 2 * 7 + 3));

    expect(shown(full)).toEqual([".......", ".#####.", ".#####.", ".#####.", ".#####.", "......."]);
  });

  it("empties what hangs together", () => {
    const none = flooded(ring, 1, 1, 0, sameMask(ring, 8));

    expect(shown(none)).toEqual(Array.from({ length: 6 }, () => "......."));
  });

  it("goes by the colours of a picture, as far as they are alike", () => {
    const colours = [10, 14, 90, 12];
    const pixels = Uint8Array.from(colours.flatMap((each) => [each, each, each, 255]));
    const mask = emptyMask(4, 1);

    expect(shown(flooded(mask, 0, 0, 255, sameColour(pixels, 0, 5)))).toEqual(["##.."]);
    expect(shown(flooded(mask, 0, 0, 255, sameColour(pixels, 0, 100)))).toEqual(["####"]);
  });

  it("reaches exactly what can be reached step by step", () => {
    for (const mask of MASKS) {
      const start = Math.floor(mask.data.length / 2);
      const [x, y] = [start % mask.width, Math.floor(start / mask.width)];
      const isSame = sameMask(mask, start);
      const reached = new Set([start]);
      for (const at of reached)
        for (const [dx, dy] of [
          [1, 0],
          [-1, 0],
          [0, 1],
          [0, -1],
        ]) {
          const [u, v] = [(at % mask.width) + dx, Math.floor(at / mask.width) + dy];
          const next = v * mask.width + u;
          if (u >= 0 && v >= 0 && u < mask.width && v < mask.height && isSame(next)) reached.add(next);
        }
      const { data } = flooded({ ...mask, data: mask.data }, x, y, 7, isSame);

      expect([...data]).toEqual([...mask.data].map((each, at) => (reached.has(at) ? 7 : each)));
    }
  });
});

describe("a stroke", () => {
  const brush = { size: 8, hardness: 1, opacity: 0.5, isEraser: false };
  const begun = (/** @type {Mask} */ mask, given = brush) =>
    new Stroke(mask, given, mask.data.slice(), new Uint8Array(mask.data.length));

  it("is no stronger where it crosses itself", () => {
    const mask = emptyMask(20, 20);
    const stroke = begun(mask);
    for (const x of [5, 15, 5, 15]) stroke.to({ x, y: 10, pressure: 1 });

    expect(mask.data[10 * 20 + 10]).toBe(128);
    expect(Math.max(...mask.data)).toBe(128);
  });

  it("leaves no gap between two touches", () => {
    const mask = emptyMask(100, 20);
    const stroke = begun(mask, { ...brush, size: 2, opacity: 1 });
    stroke.to({ x: 2, y: 10.5, pressure: 1 });
    stroke.to({ x: 98, y: 10.5, pressure: 1 });

    expect(mask.data.subarray(10 * 100 + 3, 10 * 100 + 97).every((each) => each > 200)).toBe(true);
  });

  it("is wider where it is pressed harder", () => {
    const width = (/** @type {number} */ pressure) => {
      const mask = emptyMask(60, 60);
      begun(mask, { ...brush, size: 40 }).to({ x: 30, y: 30, pressure });
      return mask.data.filter(Boolean).length;
    };

    expect(width(0.2)).toBeLessThan(width(0.6));
    expect(width(0.6)).toBeLessThan(width(1));
  });

  it("takes away as an eraser", () => {
    const mask = inverted(emptyMask(20, 20));
    begun(mask, { ...brush, opacity: 1, isEraser: true }).to({ x: 10, y: 10, pressure: 1 });

    expect(mask.data[10 * 20 + 10]).toBe(0);
    expect(mask.data[0]).toBe(255);
  });

  it("leaves its help empty for the next one", () => {
    const mask = emptyMask(20, 20);
    const stroke = begun(mask);
    stroke.to({ x: 3, y: 3, pressure: 1 });
    stroke.to({ x: 30, y: 12, pressure: 1 });
    stroke.end();

    expect(stroke.cover.some(Boolean)).toBe(false);
  });

  it("says what it has changed", () => {
    const mask = emptyMask(50, 50);
    const stroke = begun(mask);
    stroke.to({ x: 20, y: 20, pressure: 1 });
    stroke.to({ x: 30, y: 25, pressure: 1 });
    const { left, top, right, bottom } = stroke.area;

    const inside = maskedArea(mask);
    expect(
      inside && inside.left >= left && inside.top >= top && inside.right <= right && inside.bottom <= bottom,
    ).toBe(true);
    expect(begun(mask).to({ x: 500, y: 500, pressure: 1 })).toBeNull();
  });

  it("falls off from its middle to its edge, sooner when it is softer", () => {
    expect(falloff(0, 10, 0)).toBe(1);
    expect(falloff(11, 10, 1)).toBe(0);
    expect(falloff(5, 10, 0)).toBeLessThan(falloff(5, 10, 0.9));
  });
});

describe("what was done to a mask", () => {
  it("is taken back and done again, step by step", () => {
    const random = randomFrom(5);
    const mask = emptyMask(150, 140);
    const history = new MaskHistory();
    const states = [mask.data.slice()];
    for (let step = 0; step < 8; step += 1) {
      const before = mask.data.slice();
      const at = Math.floor(random() * 20000);
      mask.data.fill(step + 1, at, at + 900);
      expect(history.remember(before, mask)).not.toBeNull();
      states.push(mask.data.slice());
    }

    for (const state of states.slice(0, -1).toReversed()) {
      expect(history.undo(mask)).not.toBeNull();
      expect(isSame(mask.data, state)).toBe(true);
    }
    expect(history.undo(mask)).toBeNull();
    for (const state of states.slice(1)) {
      history.redo(mask);
      expect(isSame(mask.data, state)).toBe(true);
    }
  });

  it("does not remember what changes nothing", () => {
    const mask = emptyMask(10, 10);

    expect(new MaskHistory().remember(mask.data.slice(), mask)).toBeNull();
  });

  it("forgets the oldest when it has no room left, never the last", () => {
    const mask = emptyMask(128, 128);
    const history = new MaskHistory(3 * 128 * 128);
    for (let step = 1; step <= 6; step += 1) {
      const before = mask.data.slice();
      mask.data.fill(step);
      history.remember(before, mask);
    }

    expect(history.done.length).toBe(3);
  });
});
