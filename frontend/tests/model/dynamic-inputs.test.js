// @ts-check
import { describe, expect, it } from "vitest";
import { freshNode, inputsOf } from "../../app/model/schema.js";

/** @typedef {import("../../app/model/schema.js").NodeSpec} NodeSpec */
/** @typedef {import("../../app/model/document.js").Node} Node */

/** @type {(min: number, more?: any) => NodeSpec} */
const growing = (min, more = {}) => ({
  id: "Join",
  version: 1,
  title: "Join",
  inputs: [
    {
      name: "images",
      label: "images",
      type: "IMAGE",
      required: true,
      dynamic: {
        kind: "growing",
        item: { name: "image", label: "image", type: "IMAGE", required: true },
        prefix: "image",
        min,
        max: 4,
        names: [],
        ...more,
      },
    },
  ],
});

/** @type {NodeSpec} */
const CHOOSING = {
  id: "Filter",
  version: 1,
  title: "Filter",
  inputs: [
    {
      name: "mode",
      label: "mode",
      type: "COMBO",
      required: true,
      dynamic: {
        kind: "variants",
        options: {
          blur: [
            {
              name: "radius",
              label: "radius",
              type: "INT",
              required: true,
              widget: { kind: "int", default: 3 },
            },
          ],
          mix: [
            { name: "amount", label: "amount", type: "FLOAT", widget: { kind: "float", default: 0.5 } },
            {
              name: "with",
              label: "with",
              type: "IMAGE",
              dynamic: {
                kind: "growing",
                item: { name: "image", label: "image", type: "IMAGE" },
                prefix: "image",
                min: 1,
                max: 9,
                names: [],
              },
            },
          ],
        },
      },
    },
  ],
};

const names = (/** @type {NodeSpec} */ spec, /** @type {Partial<Node>} */ node = {}) =>
  inputsOf(spec, /** @type {Node} */ ({ type: spec.id, ...node })).map((each) => each.name);

describe("inputs that grow", () => {
  it("begin with as many as are needed", () => {
    expect(names(growing(2))).toEqual(["images.image0", "images.image1"]);
  });

  it("offer one where none is needed", () => {
    expect(names(growing(0))).toEqual(["images.image0"]);
  });

  it("offer one more than are filled, by links and values alike", () => {
    expect(names(growing(1), { links: { "images.image0": ["1", 0] } })).toHaveLength(2);
    expect(names(growing(1), { values: { "images.image1": "a" } })).toHaveLength(3);
  });

  it("end at the most there may be", () => {
    expect(names(growing(1), { links: { "images.image3": ["1", 0] } })).toHaveLength(4);
  });

  it("keep their places when one before them is taken off", () => {
    const links = /** @type {any} */ ({ "images.image0": ["1", 0], "images.image2": ["2", 0] });

    expect(names(growing(1), { links })).toEqual([
      "images.image0",
      "images.image1",
      "images.image2",
      "images.image3",
    ]);
  });

  it("go by given names", () => {
    const spec = growing(1, { names: ["red", "green"], prefix: "" });

    expect(names(spec, { links: { "images.red": ["1", 0] } })).toEqual(["images.red", "images.green"]);
  });

  it("need the first ones only, and only where the whole is needed", () => {
    const spec = growing(1);
    const node = /** @type {any} */ ({ type: "Join", links: { "images.image0": ["1", 0] } });
    const loose = { ...spec, inputs: [{ .../** @type {any} */ (spec.inputs)[0], required: false }] };

    expect(inputsOf(spec, node).map((each) => each.required)).toEqual([true, false]);
    expect(inputsOf(loose, node).map((each) => each.required)).toEqual([false, false]);
  });

  it("are not filled by making a node", () => {
    const item = { name: "text", label: "text", type: "STRING", widget: { kind: "text", default: "" } };
    const node = freshNode(growing(1, { item }), 0, 0);

    expect(node.values).toEqual({ "images.image0": "" });
    expect(freshNode(growing(0, { item }), 0, 0).values).toBeUndefined();
  });
});

describe("choices with inputs of their own", () => {
  it("show those of the first option at first", () => {
    expect(names(CHOOSING)).toEqual(["mode", "mode.radius"]);
  });

  it("show those of the chosen one", () => {
    expect(names(CHOOSING, { values: { mode: "mix" } })).toEqual(["mode", "mode.amount", "mode.with.image0"]);
  });

  it("grow inside", () => {
    const node = { values: { mode: "mix" }, links: { "mode.with.image0": /** @type {any} */ (["1", 0]) } };

    expect(names(CHOOSING, node)).toContain("mode.with.image1");
  });

  it("show the choice alone where nobody knows the chosen one, and keep it", () => {
    const inputs = inputsOf(CHOOSING, { type: "Filter", values: { mode: "gone" } });

    expect(inputs.map((each) => each.name)).toEqual(["mode"]);
    expect(inputs[0].widget?.choices).toEqual(["blur", "mix"]);
  });

  it("write the first option and its values into a fresh node", () => {
    expect(freshNode(CHOOSING, 0, 0).values).toEqual({ mode: "blur", "mode.radius": 3 });
  });
});
