// @ts-check
import { describe, expect, test } from "vitest";
import { addDot, dotsInto, removeDots } from "../../app/model/edits/dots.js";
import { fitInto, healed, inserted, takenOut } from "../../app/model/edits/healing.js";
import { swapped } from "../../app/model/edits/links.js";
import { pairsOf } from "../../app/model/edits/pairing.js";
import { applied } from "../../app/model/patches.js";
import { specOf } from "../../app/model/schema.js";
import { typesFit } from "../../app/model/types.js";
import { randomDocument, SCHEMA } from "../graphs.js";
import { randomFrom } from "../random.js";

/** @typedef {import("../../app/model/document.js").WorkflowDocument} WorkflowDocument */

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const specIn = (/** @type {WorkflowDocument} */ document) => (/** @type {any} */ node) =>
  specOf(SCHEMA, document, node);

/** @param {WorkflowDocument} document */
function linksOf(document) {
  return Object.entries(document.nodes).flatMap(([to, node]) =>
    Object.entries(node.links ?? {}).map(([input, source]) => ({ to, input, source })),
  );
}

/** Ids that a node is fed by, over any number of links. @param {WorkflowDocument} document @param {string} id */
function feeders(document, id) {
  const found = new Set([id]);
  for (const each of found)
    for (const [from] of Object.values(document.nodes[each]?.links ?? {})) found.add(from);
  return found;
}

describe("healing", () => {
  test.each(SEEDS)("no link is left that leads to what was removed, and types fit (seed %i)", (seed) => {
    const random = randomFrom(seed);
    const document = randomDocument(40, seed);
    const gone = new Set(Object.keys(document.nodes).filter(() => random() < 0.25));

    const { root } = applied(document, healed("", document, gone, specIn(document)));

    const spec = specIn(root);
    for (const { to, input, source } of linksOf(root)) {
      expect(root.nodes[source[0]]).toBeDefined();
      const wanted = spec(root.nodes[to]).inputs?.find((each) => each.name === input)?.type ?? "*";
      const given = spec(root.nodes[source[0]]).outputs?.[source[1]]?.type ?? "*";
      expect(typesFit(given, wanted)).toBe(true);
    }
  });

  test("links that lead round in a circle, and many ways to nowhere, come to an end", () => {
    const ids = Array.from({ length: 60 }, (_, index) => String(index));
    const nodes = Object.fromEntries(
      ids.map((id, index) => {
        const from = /** @type {[string, number, string]} */ ([String(index ? index - 1 : 59), 0, "IMAGE"]);
        return [id, { type: "Mix", links: { first: from, second: from } }];
      }),
    );
    const end = { type: "Show", links: { images: /** @type {[string, number]} */ (["59", 0]) } };
    const document = { format: "sfumato", version: 1, nodes: { ...nodes, 99: end } };
    const { root } = applied(document, healed("", document, new Set(ids), specIn(document)));

    expect(root.nodes).toEqual({ 99: { type: "Show", links: {} } });
  });

  test.each(SEEDS)("what was fed by a node is fed by one of its feeders (seed %i)", (seed) => {
    const document = randomDocument(30, seed);
    const [id] = Object.keys(document.nodes)
      .filter((each) => document.nodes[each].links?.first)
      .slice(3);
    const { root } = applied(document, healed("", document, new Set([id]), specIn(document)));

    const before = feeders(document, id);
    for (const { to, input, source } of linksOf(document)) {
      if (source[0] !== id) continue;
      expect(before.has(/** @type {string} */ (root.nodes[to].links?.[input]?.[0]))).toBe(true);
    }
  });

  test.each(SEEDS)("undoing it gives the document back (seed %i)", (seed) => {
    const document = randomDocument(30, seed);
    const { root, inverse } = applied(
      document,
      healed("", document, new Set(["4", "7", "11"]), specIn(document)),
    );

    expect(applied(root, inverse).root).toEqual(document);
  });
});

describe("inserting", () => {
  const fresh = { type: "Mix", place: /** @type {[number, number, number, number]} */ ([0, 0, 0, 0]) };

  test.each(SEEDS)("putting a node in and taking it out again changes nothing (seed %i)", (seed) => {
    const random = randomFrom(seed);
    const document = randomDocument(25, seed);
    document.nodes.new = fresh;
    const links = linksOf(document);
    const link = links[Math.floor(random() * links.length)];
    const spec = specIn(document)(fresh);
    const fit = fitInto(fresh, spec, "IMAGE", "IMAGE");
    if (!fit) throw new Error("It does not fit.");
    const put = applied(document, inserted("", document, link, "new", spec, fit)).root;

    expect(put.nodes[link.to].links?.[link.input]).toEqual(["new", 0, "IMAGE"]);
    expect(put.nodes.new.links).toEqual({ [fit.input]: link.source });

    const out = applied(put, takenOut("", put, new Set(["new"]), specIn(put))).root;
    expect(linksOf(out).sort(byEnd)).toEqual(links.sort(byEnd));

    const gone = applied(put, healed("", put, new Set(["new"]), specIn(put))).root;
    expect(linksOf(gone).sort(byEnd)).toEqual(links.sort(byEnd));
  });

  test("a node that takes nothing of the kind does not fit", () => {
    expect(fitInto({ type: "Load" }, SCHEMA.get("Load") ?? fail(), "IMAGE", "IMAGE")).toBeNull();
  });
});

describe("dots", () => {
  /** @returns {WorkflowDocument} */
  const shared = () => ({
    format: "sfumato",
    version: 1,
    nodes: {
      a: { type: "Load" },
      b: { type: "Show", links: { images: ["a", 1, "IMAGE"] } },
      c: { type: "Show", links: { images: ["a", 1, "IMAGE"] } },
    },
  });
  const ends = [
    { node: "b", input: "images" },
    { node: "c", input: "images" },
  ];

  test("links of one output share a dot, and one of them may have more", () => {
    let document = shared();
    const one = addDot("", document, ends, 0, { x: 10, y: 20 });
    document = applied(document, one.patches).root;
    const two = addDot("", document, [ends[1]], 1, { x: 30, y: 20 });
    document = applied(document, two.patches).root;

    expect(dotsInto(document, ends[0])).toEqual([one.id]);
    expect(dotsInto(document, ends[1])).toEqual([one.id, two.id]);
  });

  test("a dot before others leads to them", () => {
    let document = shared();
    const last = addDot("", document, [ends[0]], 0, { x: 30, y: 0 });
    document = applied(document, last.patches).root;
    const first = addDot("", document, [ends[0]], 0, { x: 10, y: 0 });
    document = applied(document, first.patches).root;

    expect(dotsInto(document, ends[0])).toEqual([first.id, last.id]);
  });

  test("without a dot links go on through the others", () => {
    let document = shared();
    /** @type {string[]} */
    const ids = [];
    for (const place of [0, 1, 2]) {
      const { id, patches } = addDot("", document, ends, place, { x: 10 * place, y: 0 });
      ids.push(id);
      document = applied(document, patches).root;
    }
    document = applied(document, removeDots("", document, new Set([ids[1]]))).root;
    expect(dotsInto(document, ends[0])).toEqual([ids[0], ids[2]]);

    document = applied(document, removeDots("", document, new Set([ids[0], ids[2]]))).root;
    expect(dotsInto(document, ends[1])).toEqual([]);
    expect(document.view?.dots).toEqual({});
    expect(linksOf(document)).toEqual(linksOf(shared()));
  });

  test("dots go with the last link that passes them", () => {
    let document = shared();
    document = applied(document, addDot("", document, ends, 0, { x: 1, y: 1 }).patches).root;
    document = applied(document, healed("", document, new Set(["b"]), specIn(document))).root;
    expect(Object.keys(document.view?.dots)).toHaveLength(1);

    document = applied(document, healed("", document, new Set(["c"]), specIn(document))).root;
    expect(Object.keys(document.view?.dots)).toHaveLength(0);
  });
});

describe("swapped inputs", () => {
  /** @type {WorkflowDocument} */
  const document = {
    format: "sfumato",
    version: 1,
    nodes: {
      a: { type: "Load" },
      b: { type: "Load" },
      c: { type: "Mix", links: { first: ["a", 0, "MODEL"], second: ["b", 0, "MODEL"] } },
    },
  };

  test("take each other's links, and the dots go with the links", () => {
    const dot = addDot("", document, [{ node: "c", input: "first" }], 0, { x: 10, y: 20 });
    const before = applied(document, dot.patches).root;

    const { root } = applied(before, swapped("", before, "c", "first", "second"));

    expect(root.nodes.c.links).toEqual({ first: ["b", 0, "MODEL"], second: ["a", 0, "MODEL"] });
    expect(dotsInto(root, { node: "c", input: "first" })).toEqual([]);
    expect(dotsInto(root, { node: "c", input: "second" })).toEqual([dot.id]);
    expect(applied(root, swapped("", root, "c", "second", "first")).root).toEqual(before);
  });

  test("leave one free where the other one was", () => {
    const { root: before } = applied(document, [
      { path: ["nodes", "c", "links", "second"], value: undefined },
    ]);

    const { root } = applied(before, swapped("", before, "c", "first", "second"));

    expect(root.nodes.c.links).toEqual({ second: ["a", 0, "MODEL"] });
    expect(root.view).toBeUndefined();
  });

  test("keep the ways that an imported workflow drew", () => {
    const view = { wires: { c: { second: ["r", 0] } }, virtual: { r: { type: "Reroute", place: [0, 0] } } };
    const before = { ...document, view };

    const { root } = applied(before, swapped("", before, "c", "first", "second"));

    expect(root.view?.wires).toEqual({ c: { first: ["r", 0] } });
  });
});

test("pairs are best first: free inputs, the same type, and none that would make a circle", () => {
  const nodes = {
    a: { type: "Load" },
    b: { type: "Mix", links: { first: /** @type {[string, number, string]} */ (["a", 1, "IMAGE"]) } },
  };
  const document = /** @type {WorkflowDocument} */ ({ format: "sfumato", version: 1, nodes });

  const pairs = pairsOf(document, "a", "b", specIn(document)).map((each) => each.input);

  expect(pairs.slice(0, 2).sort()).toEqual(["model", "second"]);
  expect(pairs.at(-1)).toBe("first");
  expect(pairsOf(document, "b", "a", specIn(document))).toEqual([]);
});

const byEnd = (
  /** @type {{ to: string, input: string }} */ a,
  /** @type {{ to: string, input: string }} */ b,
) => `${a.to} ${a.input}`.localeCompare(`${b.to} ${b.input}`);

/** @returns {never} */
function fail() {
  throw new Error("There is no such type.");
}
