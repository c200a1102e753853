// @ts-check
import { beforeEach, describe, expect, it } from "vitest";
import { GraphIndex } from "../../app/geometry/graph-index.js";
import { schemaOf } from "../../app/model/schema.js";

const branch = { type: "*", match: "branch", socket_only: true };
const SCHEMA = schemaOf([
  { id: "Image", version: 1, title: "Image", outputs: [{ name: "IMAGE", type: "IMAGE" }] },
  { id: "Latent", version: 1, title: "Latent", outputs: [{ name: "LATENT", type: "LATENT" }] },
  { id: "Show", version: 1, title: "Show", inputs: [{ name: "images", label: "images", type: "IMAGE" }] },
  {
    id: "Switch",
    version: 1,
    title: "Switch",
    inputs: [
      { name: "on", label: "on", ...branch },
      { name: "off", label: "off", ...branch },
    ],
    outputs: [{ name: "output", type: "*", match: "branch" }],
  },
]);

/** @typedef {import("../../app/model/document.js").WorkflowDocument} WorkflowDocument */

/** @param {Record<string, [string, Record<string, [string, number]>?]>} drawn @returns {WorkflowDocument} */
const document = (drawn) => ({
  format: "sfumato",
  version: 1,
  nodes: Object.fromEntries(Object.entries(drawn).map(([id, [type, links]]) => [id, { type, links }])),
});

describe("matched sockets", () => {
  /** @type {GraphIndex} */
  let index;
  beforeEach(() => {
    index = new GraphIndex();
  });

  const show = (/** @type {WorkflowDocument} */ given) => index.follow(given, given, SCHEMA);
  const typesOf = (/** @type {string} */ id) => {
    const box = /** @type {any} */ (index.nodes.get(id)).box;
    return [...box.inputs, ...box.outputs].map((each) => each.type);
  };

  it("take anything while nothing is linked", () => {
    show(document({ s: ["Switch"] }));

    expect(typesOf("s")).toEqual(["*", "*", "*"]);
  });

  it("take the type that is linked to one of them", () => {
    show(document({ i: ["Image"], s: ["Switch", { on: ["i", 0] }] }));

    expect(typesOf("s").slice(1)).toEqual(["IMAGE", "IMAGE"]);
  });

  it("let the only link be replaced by one of another type", () => {
    show(document({ i: ["Image"], s: ["Switch", { on: ["i", 0] }] }));

    expect(typesOf("s")[0]).toBe("IMAGE,*");
  });

  it("take the type that is wanted of their output", () => {
    show(document({ s: ["Switch"], v: ["Show", { images: ["s", 0] }] }));

    expect(typesOf("s")).toEqual(["IMAGE", "IMAGE", "IMAGE"]);
  });

  it("hand a type on, whatever the order of nodes", () => {
    const changed = show(
      document({
        c: ["Switch", { on: ["b", 0] }],
        b: ["Switch", { off: ["a", 0] }],
        a: ["Switch", { on: ["i", 0] }],
        i: ["Latent"],
      }),
    );

    expect(typesOf("c")[2]).toBe("LATENT");
    expect(index.links.get("c.on")?.type).toBe("LATENT");
    expect(changed.nodes).toContain("c");
  });

  it("forget a type when its link goes, also where two hand it to each other", () => {
    const chain = { a: ["Switch", { on: ["i", 0] }], b: ["Switch", { on: ["a", 0] }], i: ["Latent"] };
    show(document(/** @type {any} */ (chain)));

    const changed = show(document(/** @type {any} */ ({ ...chain, a: ["Switch"] })));

    expect(typesOf("b")).toEqual(["*", "*", "*"]);
    expect(changed.nodes).toContain("b");
  });

  it("keep their type when their node shows a picture", () => {
    show(document({ i: ["Image"], s: ["Switch", { on: ["i", 0] }] }));
    index.showPicture("s", 1);

    expect(typesOf("s")[2]).toBe("IMAGE");
  });

  it("cost nothing where there are none", () => {
    show(document({ i: ["Image"], v: ["Show", { images: ["i", 0] }] }));
    const { curvesMade } = index;
    index.showPicture("v", 1);

    expect(index.curvesMade).toBe(curvesMade);
  });
});
