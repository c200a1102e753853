// @ts-check
import { describe, expect, it } from "vitest";
import { DocumentStore, graphAt } from "../../app/model/document.js";
import { applied } from "../../app/model/patches.js";
import { definitionOf, levelsOf } from "../../app/model/subgraphs.js";
import { randomDocument } from "../graphs.js";
import { randomFrom } from "../random.js";
import { randomEdit } from "./scripts.js";

const STEPS = 40;
const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

/** @param {number} seed */
function edited(seed) {
  const random = randomFrom(seed);
  const first = randomDocument(8, seed);
  const store = new DocumentStore(first);
  for (let step = 0; step < STEPS; step += 1) store.commit("edit", randomEdit(store.document, random));
  return { first, store, random };
}

/** What a reload leaves of a store. @param {DocumentStore} store */
const reloaded = ({ document, history }) =>
  new DocumentStore(JSON.parse(JSON.stringify(document)), structuredClone(history));

/** @param {import("../../app/model/document.js").WorkflowDocument} document @returns {string[]} what leads nowhere */
function dangling(document) {
  return levelsOf(document).flatMap((level) => {
    const { nodes, inputs = [], outputs = [], view = {} } = graphAt(document, level);
    const isThere = (/** @type {string} */ id) => Object.hasOwn(nodes, id);
    const isOutput = (/** @type {readonly [string, number, string?]} */ [id, index]) =>
      isThere(id) &&
      (!definitionOf(nodes[id]) || index < (exposedBy(document, nodes[id]).outputs ?? []).length);
    const isInput = (/** @type {string} */ id, /** @type {string} */ name) =>
      isThere(id) &&
      (!definitionOf(nodes[id]) ||
        (exposedBy(document, nodes[id]).inputs ?? []).some((each) => each.name === name));
    const say = (/** @type {string} */ what) => `${level || "top"}: ${what}`;
    const dots = view.dots ?? {};
    return [
      ...Object.entries(nodes).flatMap(([id, { links = {} }]) =>
        Object.entries(links)
          .filter(([name, source]) => !isOutput(source) || !isInput(id, name))
          .map(([name, source]) => say(`link ${source} -> ${id}.${name}`)),
      ),
      ...inputs.flatMap(({ name, targets }) =>
        targets.filter((each) => !isInput(...each)).map((each) => say(`input ${name}: ${each}`)),
      ),
      ...outputs.filter(({ source }) => !isOutput(source)).map(({ name }) => say(`output ${name}`)),
      ...Object.entries(dots).flatMap(([id, { after }]) => (after && !dots[after] ? [say(`dot ${id}`)] : [])),
      ...Object.entries(view.routes ?? {}).flatMap(([id, ways]) =>
        Object.entries(/** @type {Record<string, string>} */ (ways))
          .filter(([name, dot]) => !dots[dot] || !nodes[id]?.links?.[name])
          .map(([name]) => say(`way into ${id}.${name}`)),
      ),
      ...Object.values(nodes)
        .filter((each) => definitionOf(each) && !document.subgraphs?.[definitionOf(each)])
        .map((each) => say(each.type)),
    ];
  });
}

/** @param {import("../../app/model/document.js").WorkflowDocument} document @param {import("../../app/model/document.js").Node} node */
const exposedBy = (document, node) => graphAt(document, definitionOf(node));

describe("a script of edits", () => {
  it("makes subgraphs, frames and exposures, or it would show nothing", () => {
    const documents = SEEDS.map((seed) => edited(seed).store.document);

    expect(documents.filter((each) => levelsOf(each).length > 2).length).toBeGreaterThan(10);
    expect(documents.filter((each) => each.frames?.length).length).toBeGreaterThan(10);
    expect(documents.filter((each) => each.inputs?.length).length).toBeGreaterThan(10);
  });

  it.each(SEEDS)("each of which is taken back by its inverse (%i)", (seed) => {
    const random = randomFrom(seed);
    let document = randomDocument(8, seed);
    for (let step = 0; step < STEPS; step += 1) {
      const { root, inverse } = applied(document, randomEdit(document, random));
      expect(applied(root, inverse).root).toEqual(document);
      document = root;
    }
  });

  it.each(SEEDS)("leaves nothing that leads to what is not there (%i)", (seed) => {
    const random = randomFrom(seed);
    const store = new DocumentStore(randomDocument(8, seed));
    for (let step = 0; step < STEPS; step += 1) {
      store.commit("edit", randomEdit(store.document, random));
      expect(dangling(store.document)).toEqual([]);
    }
  });

  it.each(SEEDS)("is undone after a reload, to the first document (%i)", (seed) => {
    const { first, store } = edited(seed);
    const back = reloaded(store);
    while (back.undo());

    expect(back.document).toEqual(first);
    while (back.redo());
    expect(back.document).toEqual(store.document);
  });

  it.each(SEEDS)("is done again after a reload amid undoing (%i)", (seed) => {
    const { store, random } = edited(seed);
    const last = store.document;
    for (let count = 0; count < STEPS * random(); count += 1) store.undo();
    const back = reloaded(store);
    while (back.redo());

    expect(back.document).toEqual(last);
  });
});
