// @ts-check
import { describe, expect, it } from "vitest";
import { clipOf, copied, read, written } from "../../app/model/clipboard.js";
import { besideOthers, pasted, shiftTo } from "../../app/model/edits/paste.js";
import { applied } from "../../app/model/patches.js";
import { randomDocument } from "../graphs.js";
import { oneOf, randomFrom } from "../random.js";

/** @typedef {import("../../app/model/document.js").WorkflowDocument} WorkflowDocument */

/** @type {WorkflowDocument} */
const DOCUMENT = {
  format: "sfumato",
  version: 1,
  nodes: {
    1: { type: "Load", place: [0, 0, 0, 0] },
    2: { type: "Mix", place: [300, 0, 0, 0], links: { first: ["1", 1, "IMAGE"] }, values: { amount: 0.25 } },
    3: { type: "Show", place: [600, 0, 0, 0], links: { images: ["2", 0, "IMAGE"] } },
    4: { type: "subgraph:a", place: [0, 400, 0, 0] },
  },
  frames: [{ title: "Frame", place: [-20, -60, 900, 300] }],
  view: {
    dots: { d1: { place: [250, 20] }, d2: { place: [270, 30], after: "d1" } },
    routes: { 2: { first: "d2" } },
  },
  subgraphs: { a: { title: "A", nodes: { 1: { type: "subgraph:b" } } }, b: { title: "B", nodes: {} } },
};

const clip = (/** @type {string[]} */ ...ids) =>
  /** @type {import("../../app/model/clipboard.js").Clip} */ (
    copied(DOCUMENT, "", { nodes: new Set(ids), frames: new Set([0]) })
  );

/** @param {WorkflowDocument} document @param {Parameters<typeof pasted>[2]} what @param {{ keepsLinks?: boolean }} [how] */
const paste = (document, what, how) => {
  const { patches, nodes } = pasted(document, "", what, { x: 10, y: 20 }, how);
  return { ...applied(document, patches), ids: nodes };
};

describe("copied", () => {
  it("is null when nothing is chosen", () => {
    expect(copied(DOCUMENT, "", { nodes: new Set() })).toBeNull();
  });

  it("takes along definitions, those inside them too", () => {
    expect(Object.keys(clip("4").subgraphs ?? {}).sort()).toEqual(["a", "b"]);
  });

  it("comes back from text as it was", () => {
    expect(read(written(clip("1", "2")))).toEqual({ clip: clip("1", "2") });
  });
});

describe("read", () => {
  it.each(["hello", "{not json", "[1]", '{"a": 1}', "12"])("takes %s for no nodes", (text) => {
    expect(read(text)).toBeNull();
  });

  it("knows prompts and workflows of ComfyUI", () => {
    expect(read('{"3": {"class_type": "KSampler", "inputs": {}}}')).toHaveProperty("foreign");
    expect(read('{"nodes": [], "links": []}')).toHaveProperty("foreign");
  });
});

describe("pasted", () => {
  it("links copies among themselves, through dots of their own", () => {
    const { root, ids } = paste(DOCUMENT, clip("1", "2"));

    expect(ids).toEqual(["5", "6"]);
    expect(root.nodes[6].links).toEqual({ first: ["5", 1, "IMAGE"] });
    expect(root.nodes[6].place).toEqual([310, 20, 0, 0]);
    expect(root.view?.routes[6]).toEqual({ first: "d3" });
    expect(root.view?.dots.d3).toEqual({ place: [280, 50], after: "d4" });
  });

  it("keeps links from outside when asked, and when what they come from is there", () => {
    const other = { ...DOCUMENT, nodes: { 1: { type: "Show" } } };

    expect(paste(DOCUMENT, clip("2")).root.nodes[5].links).toBeUndefined();
    expect(paste(DOCUMENT, clip("2"), { keepsLinks: true }).root.nodes[5].links).toEqual({
      first: ["1", 1, "IMAGE"],
    });
    expect(paste(other, clip("2"), { keepsLinks: true }).root.nodes[2].links).toBeUndefined();
  });

  it("uses the definitions that are there and renames those that differ", () => {
    const same = paste(DOCUMENT, clip("4")).root;
    const changed = { ...DOCUMENT, subgraphs: { ...DOCUMENT.subgraphs, a: { title: "Other", nodes: {} } } };
    const { root } = paste(changed, clip("4"));

    expect(Object.keys(same.subgraphs ?? {})).toEqual(["a", "b"]);
    expect(root.nodes[5].type).toBe("subgraph:a-2");
    expect(root.subgraphs?.["a-2"].title).toBe("A");
    expect(root.subgraphs?.a.title).toBe("Other");
  });

  it("adds frames, and is taken back by its inverse", () => {
    const { root, inverse } = paste(DOCUMENT, clip("1"));

    expect(root.frames).toHaveLength(2);
    expect(applied(root, inverse).root).toEqual(DOCUMENT);
  });

  it("never changes what is there, whatever is copied", () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = randomFrom(seed);
      const document = randomDocument(12, seed);
      const nodes = new Set(Array.from({ length: 5 }, () => oneOf(random, Object.keys(document.nodes))));
      const what = copied(document, "", { nodes });
      if (!what) continue;
      const { root, ids } = paste(document, what, { keepsLinks: random() < 0.5 });

      expect(ids).toHaveLength(nodes.size);
      for (const [id, node] of Object.entries(document.nodes)) expect(root.nodes[id]).toBe(node);
      for (const id of ids)
        for (const [from] of Object.values(root.nodes[id].links ?? {}))
          expect(root.nodes[from]).toBeDefined();
    }
  });
});

describe("shiftTo", () => {
  const size = () => ({ width: 100, height: 50 });

  it("puts the middle at the point", () => {
    const what = copied(DOCUMENT, "", { nodes: new Set(["1", "2"]) });

    expect(what && shiftTo(what, { x: 500, y: 125 }, { nodes: {} }, size)).toEqual({ x: 300, y: 100 });
  });

  it("goes aside when a node would lie on another's corner", () => {
    expect(besideOthers(clip("1"), DOCUMENT, { x: 0, y: 0 })).toEqual({ x: 32, y: 32 });
  });

  it("takes in whole documents", () => {
    expect(Object.keys(clipOf(DOCUMENT).nodes)).toEqual(["1", "2", "3", "4"]);
  });
});

describe("what is pasted", () => {
  it("brings a definition along that holds another one than the document's", () => {
    const subgraphs = (/** @type {string} */ title) => ({
      outer: { nodes: { 1: { type: "subgraph:inner" } } },
      inner: { title, nodes: {} },
    });
    const document = /** @type {any} */ ({ nodes: {}, subgraphs: subgraphs("mine") });
    const clip = /** @type {any} */ ({
      sfumato: "nodes",
      version: 1,
      nodes: { 1: { type: "subgraph:outer" } },
      subgraphs: subgraphs("theirs"),
    });
    const { root } = applied(document, pasted(document, "", clip, { x: 0, y: 0 }).patches);

    const outer = root.nodes[1].type.replace("subgraph:", "");
    const inner = root.subgraphs[outer].nodes[1].type.replace("subgraph:", "");
    expect(root.subgraphs[inner].title).toBe("theirs");
    expect(root.subgraphs.inner.title).toBe("mine");
  });

  it("ends although the places are too far out for a step to the side", () => {
    const nodes = { 1: { type: "A", place: [1e300, 1e300, 0, 0] } };
    const clip = /** @type {any} */ ({ sfumato: "nodes", version: 1, nodes });

    expect(besideOthers(clip, /** @type {any} */ ({ nodes }), { x: 0, y: 0 })).toBeDefined();
  });

  it("is thousands of nodes within a moment", () => {
    const nodes = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [index, { type: "A" }]));
    const document = /** @type {any} */ ({ nodes });
    const clip = /** @type {any} */ ({ sfumato: "nodes", version: 1, nodes });
    let walks = 0;
    const counted = new Proxy(nodes, {
      ownKeys: (target) => {
        walks += 1;
        return Reflect.ownKeys(target);
      },
    });
    pasted({ ...document, nodes: counted }, "", clip, { x: 0, y: 0 });

    expect(walks).toBeLessThan(3);
  });
});
