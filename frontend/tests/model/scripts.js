// @ts-check
/** Edits as people make them, at random: nodes, links, values, frames, notes, dots, exposing, subgraphs, pasting. */

import { copied } from "../../app/model/clipboard.js";
import { graphAt, pathIn } from "../../app/model/document.js";
import { addDot, removeDots } from "../../app/model/edits/dots.js";
import { toggleExposed } from "../../app/model/edits/exposed.js";
import { moveOutput, toggleOutput, withInstances } from "../../app/model/edits/exposed-outputs.js";
import { addFrame, moveFrames, removeFrames } from "../../app/model/edits/frames.js";
import { healed, takenOut } from "../../app/model/edits/healing.js";
import { connect, disconnect } from "../../app/model/edits/links.js";
import { addNode, freeId, moveNodes, setValue, toggleMode } from "../../app/model/edits/nodes.js";
import { addNote } from "../../app/model/edits/notes.js";
import { pasted } from "../../app/model/edits/paste.js";
import { removeSelected } from "../../app/model/edits/selected.js";
import { makeSubgraph, makeUnique } from "../../app/model/edits/subgraphs.js";
import { unpackSubgraph } from "../../app/model/edits/unpacking.js";
import { inputsOf, specOf } from "../../app/model/schema.js";
import { enterable, levelsOf, mayHold } from "../../app/model/subgraphs.js";
import { SCHEMA } from "../graphs.js";
import { oneOf } from "../random.js";

/** @typedef {import("../../app/model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../../app/model/patches.js").Patch} Patch */
/** @typedef {{ document: WorkflowDocument, level: string, graph: import("../../app/model/document.js").Graph, random: () => number }} At */
/** @typedef {(at: At) => Patch[]} Edit */

/** @param {At} at */
const someNodes = ({ graph, random }) => new Set(Object.keys(graph.nodes).filter(() => random() < 0.3));

/** @param {At} at */
const aNode = ({ graph, random }) => oneOf(random, Object.keys(graph.nodes));

/** @param {At} at @param {string} id */
const specAt = ({ document, graph }, id) => specOf(SCHEMA, document, graph.nodes[id]);

/** @param {At} at @param {string} id @returns {string | undefined} */
const anInput = (at, id) => oneOf(at.random, inputsOf(specAt(at, id), at.graph.nodes[id]))?.name;

/** @param {At} at */
const selected = (at) => ({
  nodes: someNodes(at),
  dots: new Set(Object.keys(at.graph.view?.dots ?? {}).filter(() => at.random() < 0.3)),
  frames: new Set([...(at.graph.frames ?? []).keys()].filter(() => at.random() < 0.3)),
  notes: new Set(/** @type {string[]} */ ([])),
});

/** @type {Edit[]} */
const EDITS = [
  ({ level, graph, random }) =>
    addNode(level, freeId(graph), {
      type: oneOf(random, ["Load", "Mix", "Show"]),
      place: [Math.round(random() * 900), 0, 0, 0],
    }),
  (at) => moveNodes(at.level, at.graph, someNodes(at), 10, -20),
  (at) => {
    const [to, from] = [aNode(at), aNode(at)];
    const input = anInput(at, to);
    const outputs = specAt(at, from).outputs ?? [];
    const index = Math.floor(at.random() * outputs.length);
    return input && outputs.length ? connect(at.level, to, input, [from, index, outputs[index].name]) : [];
  },
  (at) => disconnect(at.level, aNode(at), "first"),
  (at) => setValue(at.level, aNode(at), "amount", at.random()),
  (at) => toggleMode(at.level, at.graph, someNodes(at), oneOf(at.random, ["mute", "bypass"])),
  ({ level, graph }) => addFrame(level, graph, { title: "F", place: [0, 0, 400, 400] }),
  (at) => moveFrames(at.level, at.graph, selected(at).frames, 5, 5),
  (at) => removeFrames(at.level, at.graph, selected(at).frames),
  ({ level, graph }) =>
    addNote(level, graph, /** @type {any} */ ({ id: freeId(graph), text: "a", place: [0, 0, 100, 100] })),
  (at) => {
    const ends = Object.entries(at.graph.nodes).flatMap(([node, { links = {} }]) =>
      Object.keys(links).map((input) => ({ node, input })),
    );
    return ends.length ? addDot(at.level, at.graph, [oneOf(at.random, ends)], 0, { x: 3, y: 4 }).patches : [];
  },
  (at) => removeDots(at.level, at.graph, selected(at).dots),
  (at) => {
    const id = aNode(at);
    const input = anInput(at, id);
    return input ? toggleExposed(at.document, at.level, id, input) : [];
  },
  (at) => {
    const id = aNode(at);
    const isMeant = at.level && specAt(at, id).outputs?.length;
    return isMeant ? toggleOutput(at.document, at.level, id, 0, "IMAGE") : [];
  },
  (at) => moveOutput(at.document, at.level, 0, 1),
  (at) => withInstances(at.document, at.level, removeSelected(at.level, at.graph, selected(at))),
  (at) => {
    const patches = healed(at.level, at.graph, new Set([aNode(at)]), (node) =>
      specOf(SCHEMA, at.document, node),
    );
    return withInstances(at.document, at.level, patches);
  },
  (at) => takenOut(at.level, at.graph, new Set([aNode(at)]), (node) => specOf(SCHEMA, at.document, node)),
  (at) => {
    const { nodes, frames } = selected(at);
    if (!nodes.size) return [];
    return makeSubgraph(at.document, SCHEMA, at.level, { nodes, frames }, { title: "Part" }).patches;
  },
  (at) => {
    const id = Object.keys(at.graph.nodes).find((each) => enterable(at.document, at.graph.nodes[each]));
    return id ? unpackSubgraph(at.document, SCHEMA, at.level, id).patches : [];
  },
  (at) => {
    const id = Object.keys(at.graph.nodes).find((each) => enterable(at.document, at.graph.nodes[each]));
    return id ? makeUnique(at.document, at.level, id, "Own") : [];
  },
  (at) => {
    const id = oneOf(at.random, levelsOf(at.document).slice(1));
    if (!id || !mayHold(at.document, at.level, id)) return [];
    return addNode(at.level, freeId(at.graph), { type: `subgraph:${id}`, place: [0, 0, 0, 0] });
  },
  (at) => {
    const clip = copied(at.document, at.level, selected(at));
    return clip ? pasted(at.document, at.level, clip, { x: 30, y: 30 }).patches : [];
  },
  ({ level }) => [{ path: pathIn(level, "title"), value: "Called" }],
];

/** Return the patches of one edit, somewhere in a document. @param {WorkflowDocument} document @param {() => number} random */
export function randomEdit(document, random) {
  const level = oneOf(random, levelsOf(document));
  const graph = graphAt(document, level);
  if (!Object.keys(graph.nodes).length) return EDITS[0]({ document, level, graph, random });
  return oneOf(random, EDITS)({ document, level, graph, random });
}
