// @ts-check
import { describe, expect, it } from "vitest";
import { updated } from "../../app/model/updating.js";

/** @type {import("../../app/model/schema.js").NodeSpec} */
const SPEC = {
  id: "Mix",
  version: 3,
  title: "Mix",
  inputs: [
    { name: "image", label: "image", type: "IMAGE" },
    { name: "amount", label: "amount", type: "FLOAT", widget: { kind: "float", default: 0.5 } },
    { name: "seed", label: "seed", type: "INT", widget: { kind: "int", default: 0 } },
    { name: "mode", label: "mode", type: "COMBO", widget: { kind: "choice", default: "add" } },
  ],
};

describe("updated", () => {
  it("takes what the server's steps make of the values, and defaults for what is new", () => {
    const old = { type: "Mix", version: 1, values: { strength: 50, seed: 7 }, links: {} };
    const { node, changes } = updated(old, SPEC, { amount: 0.25, seed: 7 });

    expect(node.version).toBe(3);
    expect(node.values).toEqual({ amount: 0.25, seed: 7, mode: "add" });
    expect(changes).toEqual([
      { input: "strength", kind: "gone", before: 50, after: undefined },
      { input: "amount", kind: "new", before: undefined, after: 0.25 },
      { input: "mode", kind: "new", before: undefined, after: "add" },
    ]);
  });

  it("keeps a number that JSON can not hold", () => {
    const old = { type: "Mix", values: { seed: "18446744073709551615" } };
    const { node } = updated(old, SPEC, { seed: 18446744073709552000 });

    expect(node.values?.seed).toBe("18446744073709551615");
  });

  it("keeps title, place and links", () => {
    const old = {
      type: "Mix",
      title: "Mine",
      place: /** @type {any} */ ([1, 2, 0, 0]),
      links: { image: /** @type {any} */ (["1", 0]) },
    };
    const { node } = updated(old, SPEC, {});

    expect(node).toMatchObject({ title: "Mine", place: [1, 2, 0, 0], links: { image: ["1", 0] } });
  });
});
