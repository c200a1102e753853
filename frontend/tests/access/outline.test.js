// @ts-check
import { describe, expect, it } from "vitest";
import { makeSubgraph } from "../../app/model/edits/subgraphs.js";
import { outlineRows } from "../../app/model/outline.js";
import { applied } from "../../app/model/patches.js";
import { SCHEMA } from "../graphs.js";

/** @returns {import("../../app/model/document.js").WorkflowDocument} */
const document = () => ({
  format: "sfumato",
  version: 1,
  nodes: {
    1: { type: "Mix", place: [300, 0, 0, 0], links: { first: ["2", 1, "IMAGE"] }, values: { amount: 0.25 } },
    2: { type: "Load", title: "Picture", place: [0, 0, 0, 0] },
  },
});

const lines = (/** @type {Iterable<string>} */ open, /** @type {string} */ filter = "", doc = document()) =>
  outlineRows(doc, SCHEMA, new Set(open), filter);

describe("the outline", () => {
  it("lists nodes from left to right", () => {
    expect(lines([]).map((each) => [each.label, each.place, each.count])).toEqual([
      ["Picture", 1, 2],
      ["Mix", 2, 2],
    ]);
  });

  it("opens inputs with what they have, and outputs with what they feed", () => {
    const rows = lines(["1", "2"]);

    expect(rows.find((each) => each.key === "1 in first")?.linked).toBe("Picture, IMAGE");
    expect(rows.find((each) => each.key === "1 in amount")?.value).toBe(0.25);
    expect(rows.find((each) => each.key === "2 out 1")?.uses).toBe(1);
  });

  it("finds nodes by title and type", () => {
    expect(lines([], "pict").map((each) => each.id)).toEqual(["2"]);
    expect(lines([], "mix").map((each) => each.id)).toEqual(["1"]);
  });

  it("goes into subgraphs when they are open", () => {
    const made = makeSubgraph(document(), SCHEMA, "", { nodes: ["1"] }, { title: "Part" });
    const { root } = applied(document(), made.patches);
    const rows = lines([made.id], "", root);

    const inner = rows.find((each) => each.key === `${made.id}:1`);
    expect(inner).toMatchObject({ way: [made.id], id: "1", depth: 2, label: "Mix" });
    expect(inner?.place).toBe((inner?.count ?? 0) - 1);
  });

  it("has the rails of a subgraph around its nodes, with what they are linked to", () => {
    const made = makeSubgraph(document(), SCHEMA, "", { nodes: ["1"] }, { title: "Part" });
    const { root } = applied(document(), made.patches);
    const { id } = made;
    const inside = lines([id, `${id}:-10`, `${id}:-20`, `${id}:1`], "", root).filter(({ way }) => way.length);

    expect(inside.filter(({ depth }) => depth === 2).map((each) => each.id)).toEqual(["-10", "1", "-20"]);
    expect(inside.filter((each) => each.id === "-10" && each.depth === 3)).toMatchObject([
      { kind: "output", label: "first", output: 0, uses: 1 },
      { kind: "output", label: "", output: 1 },
    ]);
    expect(inside.find((each) => each.key === `${id}:1 in first`)?.fed).toBe("first");
    const last = inside.find(({ kind, id: rail }) => kind === "rail" && rail === "-20");
    expect(last?.place).toBe(last?.count);
  });

  it("has no rails around the nodes of the whole document", () => {
    expect(lines(["1", "2"]).some(({ kind }) => kind === "rail")).toBe(false);
  });

  it("has each line once", () => {
    const keys = lines(["1", "2"]).map((each) => each.key);

    expect(new Set(keys).size).toBe(keys.length);
  });
});
