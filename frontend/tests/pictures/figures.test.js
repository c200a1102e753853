// @vitest-environment happy-dom
// @ts-check
import { describe, expect, it } from "vitest";
import { queryOf } from "../../app/panels/gallery/search.js";
import { tileSize } from "../../app/panels/gallery/tiles.js";
import { fitted, zoomedAt } from "../../app/pictures/zoom.js";
import { fileOf, fileValue, pictureOf, shortName, smallAddress } from "../../app/state/picture-files.js";
import { gridOf } from "../../app/surface/figure-grid.js";

const pictures = (/** @type {number} */ count, width = 64, height = 64) =>
  Array.from({ length: count }, (_, at) => ({ address: String(at), name: String(at), width, height }));

describe("several pictures on one node", () => {
  it("are all seen, up to sixteen, and leave no column empty", () => {
    for (let count = 1; count < 40; count += 1)
      for (const [width, height] of [
        [64, 64],
        [64, 128],
        [300, 100],
      ]) {
        const { columns, rows, count: seen } = gridOf(pictures(count, width, height));

        expect(seen).toBe(Math.min(16, count));
        expect(columns * rows).toBeGreaterThanOrEqual(seen);
        expect(columns * (rows - 1)).toBeLessThan(seen);
      }
  });

  it("make a node no much higher than wide", () => {
    for (let count = 2; count < 40; count += 1)
      expect(gridOf(pictures(count)).shape).toBeLessThanOrEqual(1.25);
  });

  it("one keeps its shape", () => {
    expect(gridOf(pictures(1, 200, 100))).toMatchObject({ columns: 1, rows: 1, shape: 0.5 });
  });
});

describe("a file's value", () => {
  it("says the folder where it is not the input folder, and is read back", () => {
    for (const file of [
      { kind: "input", name: "a.png" },
      { kind: "output", name: "day/b [x].png" },
      { kind: "temp", name: "c.png" },
    ])
      expect(fileOf(fileValue(file))).toEqual(file);
    expect(fileValue({ kind: "output", name: "b.png" })).toBe("b.png [output]");
  });

  it("has an address that holds for any name", () => {
    const picture = pictureOf({ kind: "output", name: "ä b/c#1.png" });

    expect(smallAddress(picture, 64)).toBe("api/v1/files/output/%C3%A4%20b/c%231.png?thumbnail=64");
    expect(shortName(picture)).toBe("c#1.png");
  });
});

describe("looking at a picture", () => {
  it("shows all of it, in the middle", () => {
    const view = fitted({ width: 1000, height: 100 }, { width: 500, height: 500 }, 0);

    expect(view).toEqual({ x: 0, y: 225, scale: 0.5 });
  });

  it("zooms about a point, which stays, and back again", () => {
    const view = { x: 20, y: 30, scale: 1 };
    const at = { x: 120, y: 80 };
    const near = zoomedAt(view, at, 3);

    expect((at.x - near.x) / near.scale).toBeCloseTo((at.x - view.x) / view.scale);
    const back = zoomedAt(near, at, 1 / 3);
    expect(back.x).toBeCloseTo(view.x);
    expect(back.scale).toBeCloseTo(1);
  });
});

describe("the gallery", () => {
  it("asks for what was typed alone, and for whole days", () => {
    const none = { search: " ", model: "", seed: "", since: "", until: "" };

    expect(queryOf(none)).toEqual({});
    const day = queryOf({ ...none, search: "a cat ", since: "2026-03-01", until: "2026-03-01" });
    expect(day.search).toBe("a cat");
    expect(Number(day.until) - Number(day.since)).toBeCloseTo(86400, 0);
  });

  it("fills its width with tiles", () => {
    for (let width = 100; width < 900; width += 37) {
      const { columns, size } = tileSize(width);

      expect(columns * size).toBeCloseTo(width + 6);
      expect(size).toBeGreaterThanOrEqual(80);
    }
  });
});
