// @ts-check
import { describe, expect, it } from "vitest";
import { applied, valueAt } from "../../app/model/patches.js";
import { oneOf, randomFrom } from "../random.js";

const KEYS = ["a", "b", "c"];

/** @param {() => number} random @returns {any} */
function randomTree(random, depth = 3) {
  if (!depth || random() < 0.3) return Math.floor(random() * 10);
  const keys = KEYS.filter(() => random() < 0.7);
  return Object.fromEntries(keys.map((key) => [key, randomTree(random, depth - 1)]));
}

/** @param {() => number} random */
function randomPatches(random) {
  return Array.from({ length: 1 + Math.floor(random() * 6) }, () => ({
    path: Array.from({ length: 1 + Math.floor(random() * 2) }, () => oneOf(random, KEYS)),
    value: random() < 0.3 ? undefined : randomTree(random, 2),
  }));
}

describe("applied", () => {
  it("puts a value where the path leads", () => {
    const { root } = applied({ nodes: { 1: { type: "A" } } }, [
      { path: ["nodes", "1", "title"], value: "x" },
    ]);

    expect(root).toEqual({ nodes: { 1: { type: "A", title: "x" } } });
  });

  it("makes the objects on the way that are not there", () => {
    expect(applied({}, [{ path: ["view", "dots", "1"], value: 5 }]).root).toEqual({
      view: { dots: { 1: 5 } },
    });
  });

  it("removes what is put as undefined", () => {
    expect(applied({ a: 1, b: 2 }, [{ path: ["a"], value: undefined }]).root).toEqual({ b: 2 });
  });

  it("puts what is called like a part of every object as anything else", () => {
    const paths = ["__proto__", "constructor", "toString"].map((key) => ["nodes", key, "title"]);
    const { root, inverse } = applied(
      { nodes: {} },
      paths.map((path) => ({ path, value: "x" })),
    );

    expect(paths.map((path) => valueAt(root, path))).toEqual(["x", "x", "x"]);
    expect(Object.getPrototypeOf(root.nodes)).toBe(Object.prototype);
    expect(Object.keys(applied(root, inverse).root.nodes)).toEqual([]);
  });

  it("leaves the value before as it was and shares what it does not touch", () => {
    const before = { nodes: { 1: { type: "A" }, 2: { type: "B" } } };
    const { root } = applied(before, [{ path: ["nodes", "1", "type"], value: "C" }]);

    expect(before.nodes[1].type).toBe("A");
    expect(root.nodes[2]).toBe(before.nodes[2]);
  });

  it("is undone by its inverse, whatever the patches", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = randomFrom(seed);
      const before = { a: randomTree(random), b: { c: randomTree(random) } };
      const { root, inverse } = applied(before, randomPatches(random));

      expect(applied(root, inverse).root).toEqual(before);
    }
  });
});

describe("valueAt", () => {
  it("returns undefined where nothing is", () => {
    expect(valueAt({ a: { b: 1 } }, ["a", "c", "d"])).toBeUndefined();
    expect(valueAt({ a: 1 }, ["a", "b"])).toBeUndefined();
  });
});
