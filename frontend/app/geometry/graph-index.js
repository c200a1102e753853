// @ts-check
/**
 * One level of a document with its geometry: boxes of nodes, curves of links, what hangs on what.
 * It follows a document by the identity of its nodes, so only what has changed is made anew.
 */

import { specOf } from "../model/schema.js";
import { changedDefinitions } from "../model/subgraphs.js";
import { Drawing } from "./drawing.js";
import { HeldNodes } from "./held-nodes.js";
import { curveBox, linkCurve } from "./link-curve.js";
import { LinkTable } from "./link-table.js";
import { isMatched, rematched } from "./matched-box.js";
import { nodeBox } from "./node-box.js";
import { drawnWires } from "./wires.js";

/** @typedef {import("../model/document.js").Node} Node */
/** @typedef {import("../model/document.js").Graph} Graph */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../model/schema.js").NodeSpec} NodeSpec */
/** @typedef {import("../model/schema.js").Schema} Schema */
/** @typedef {import("./node-box.js").NodeBox} NodeBox */
/** @typedef {import("./camera.js").Box} Box */
/** @typedef {import("./camera.js").Point} Point */
/**
 * @typedef {{ id: string, node: Node, spec: NodeSpec, box: NodeBox, x: number, y: number, width: number, height: number }} PlacedNode
 */
/**
 * @typedef {{
 *   id: string, from: string, output: number, to: string, input: string, type: string,
 *   curve: import("./link-curve.js").Curve, box: Box,
 * }} PlacedLink  id is `NODE.INPUT` of its end
 */
/** @typedef {{ nodes: Set<string>, links: Set<string>, notes?: Set<string> }} Changed  added, changed and removed ones */

export class GraphIndex {
  /** @type {Map<string, PlacedNode>} in drawing order */
  nodes = new Map();
  #table = new LinkTable();
  links = this.#table.all;
  /** What is drawn and does not run. */
  drawing = new Drawing();
  /** @type {import("./rails.js").Rails | null} of a subgraph */
  rails = null;
  /** @type {readonly import("./wires.js").DrawnWire[]} */
  wires = [];
  /** @type {Map<string, number>} height over width of what nodes show */
  #pictures = new Map();
  #held = new HeldNodes();
  /** @type {readonly import("./ways.js").Wire[]} */
  #wires = [];
  /** @type {Set<string>} nodes whose sockets take a common type */
  #matched = new Set();
  /** @type {WorkflowDocument | null} */
  #document = null;
  /** @type {Schema} */
  #schema = new Map();
  /** @type {import("./link-curve.js").Shape} */
  shape = "curve";
  /** Counts work, for tests: curves made and nodes placed so far. */
  curvesMade = 0;
  nodesPlaced = 0;

  /**
   * Follow a document.
   * @param {WorkflowDocument} document @param {Graph} graph  the level that is shown @param {Schema} schema
   * @returns {Changed}
   */
  follow(document, graph, schema) {
    const isAllNew = schema !== this.#schema;
    const isOther = changedDefinitions(document, this.#document);
    this.#document = document;
    this.#schema = schema;
    /** @type {Set<string>} */
    const changed = new Set();
    for (const id of this.nodes.keys()) {
      if (!Object.hasOwn(graph.nodes, id)) {
        changed.add(id);
        this.nodes.delete(id);
        this.#matched.delete(id);
      }
    }
    for (const [id, node] of Object.entries(graph.nodes)) {
      if (isAllNew || this.nodes.get(id)?.node !== node || isOther(node)) {
        this.nodes.set(id, this.#placed(id, node));
        changed.add(id);
      }
    }
    const { hasOtherWays, notes } = this.drawing.follow(graph);
    const links = this.#relink(hasOtherWays ? new Set([...changed, ...this.nodes.keys()]) : changed);
    this.#match(changed, links);
    this.#wires = this.drawing.wires;
    this.wires = drawnWires(this, this.#wires);
    return { nodes: changed, links, notes };
  }

  /** Draw links in another shape. @param {import("./link-curve.js").Shape} shape */
  reshape(shape) {
    this.shape = shape;
    for (const id of this.links.keys()) this.#curve(id);
    this.wires = drawnWires(this, this.#wires);
  }

  /** @param {string} nodeId @returns {ReadonlySet<string>} */
  linksOf(nodeId) {
    return this.#table.of(nodeId);
  }

  /**
   * Show nodes and what is drawn away from their places, while they are dragged.
   * @param {Iterable<string>} ids @param {number} dx @param {number} dy
   * @param {readonly string[]} [drawn]  "dot ID", "note ID", "frame INDEX"
   * @returns {Changed}
   */
  drag(ids, dx, dy, drawn = []) {
    const nodes = new Set(ids);
    this.#held.move(nodes, dx, dy);
    for (const id of nodes) {
      const placed = this.nodes.get(id);
      if (placed) this.nodes.set(id, { ...placed, ...this.#held.placeOf(id, placed.node) });
    }
    if (drawn.length) this.drawing.shift(drawn, { dx, dy });
    return this.#shown(nodes, drawn);
  }

  /**
   * Show a node at another size. @param {string} id @param {number} width @param {number} height
   * @returns {Changed}
   */
  stretch(id, width, height) {
    this.#held.stretch(id, width, height);
    return this.#replaced(new Set([id]));
  }

  /**
   * Show a note or a frame larger. @param {string} key @param {number} dw @param {number} dh
   * @returns {Changed}
   */
  stretchDrawn(key, dw, dh) {
    this.drawing.shift([key], { dw, dh });
    return this.#shown(new Set(), [key]);
  }

  /**
   * Show what was dragged at its place again.
   * @returns {Changed}
   */
  drop() {
    const nodes = this.#held.release();
    const drawn = this.drawing.settle();
    this.#replaced(nodes);
    return this.#shown(nodes, drawn);
  }

  /** @param {Set<string>} nodes @returns {Changed} */
  #replaced(nodes) {
    for (const id of nodes) {
      const placed = this.nodes.get(id);
      if (placed) this.nodes.set(id, this.#placed(id, placed.node));
    }
    const changed = this.#shown(nodes, []);
    this.#match(changed.nodes, changed.links);
    return changed;
  }

  /** @param {Set<string>} nodes @param {readonly string[]} drawn @returns {Changed} */
  #shown(nodes, drawn) {
    const links = this.#table.ofAll(nodes);
    /** @type {Set<string>} */
    const notes = new Set();
    for (const key of drawn) {
      const [kind, id] = key.split(" ");
      if (kind === "dot") for (const linkId of this.#table.at(id)) links.add(linkId);
      if (kind === "note") notes.add(id);
    }
    for (const linkId of links) this.#curve(linkId);
    this.wires = drawnWires(this, this.#wires);
    return { nodes, links, notes };
  }

  /**
   * Give a node room for what it shows.
   * @param {string} id @param {number} picture  height over width; 0 shows nothing
   * @returns {Changed}
   */
  showPicture(id, picture) {
    if ((this.#pictures.get(id) ?? 0) === picture) return { nodes: new Set(), links: new Set() };
    this.#pictures.set(id, picture);
    const placed = this.nodes.get(id);
    if (placed) this.nodes.set(id, this.#placed(id, placed.node));
    /** @type {Changed} */
    const changed = { nodes: new Set([id]), links: new Set() };
    this.#match(changed.nodes, changed.links);
    return changed;
  }

  /** @param {Node} node @returns {NodeSpec} */
  specOf(node) {
    return specOf(this.#schema, /** @type {WorkflowDocument} */ (this.#document), node);
  }

  /** @param {string} id @param {number} output @returns {Point | null} where an output is */
  outputAt(id, output) {
    const placed = this.nodes.get(id);
    const socket = placed?.box.outputs[output];
    if (!placed) return null;
    return { x: placed.x + placed.width, y: placed.y + (socket?.y ?? 15) };
  }

  /** @param {string} id @param {string} input @returns {Point | null} where an input is */
  inputAt(id, input) {
    const placed = this.nodes.get(id);
    const socket = placed?.box.inputs.find((each) => each.name === input);
    if (!placed) return null;
    return { x: placed.x, y: placed.y + (socket?.y ?? 15) };
  }

  /**
   * Give matched sockets the type that is linked to one of them.
   * @param {Set<string>} nodes @param {Set<string>} links  what has changed; what follows is added
   */
  #match(nodes, links) {
    if (!this.#matched.size) return;
    const linksAt = (/** @type {string} */ id) =>
      [...this.linksOf(id)].map((link) => /** @type {PlacedLink} */ (this.links.get(link)));
    for (const [id, box] of rematched(this.#matched, this.nodes, linksAt)) {
      this.nodes.set(id, { .../** @type {PlacedNode} */ (this.nodes.get(id)), box });
      nodes.add(id);
      for (const link of this.linksOf(id)) {
        this.#curve(link);
        links.add(link);
      }
    }
  }

  /** @param {string} id @param {Node} node @returns {PlacedNode} */
  #placed(id, node) {
    this.nodesPlaced += 1;
    const spec = this.specOf(node);
    if (isMatched(spec)) this.#matched.add(id);
    else this.#matched.delete(id);
    const box = nodeBox(this.#held.sized(id, node), spec, this.#pictures.get(id));
    return { id, node, spec, box, ...this.#held.placeOf(id, node), width: box.width, height: box.height };
  }

  /**
   * Make the links anew that end at some nodes, and the curves of those that begin there.
   * @param {Set<string>} nodes @returns {Set<string>}
   */
  #relink(nodes) {
    /** @type {Set<string>} */
    const touched = new Set();
    for (const id of nodes)
      for (const linkId of this.#table.put(id, this.nodes.get(id)?.node.links ?? {})) touched.add(linkId);
    for (const linkId of touched) this.#curve(linkId);
    return touched;
  }

  /** @param {string} linkId */
  #curve(linkId) {
    const link = this.links.get(linkId);
    if (!link) return;
    const from = this.outputAt(link.from, link.output);
    const to = this.inputAt(link.to, link.input);
    if (!from || !to) return;
    const type = this.nodes.get(link.from)?.box.outputs[link.output]?.type ?? "*";
    const { start, through } = this.wayOf(link.to, link.input);
    for (const { id } of through) this.#table.passes(linkId, id);
    const points = through.map((each) => each.at);
    const curve = linkCurve(start ?? from, to, points, this.shape);
    this.curvesMade += 1;
    this.links.set(linkId, { ...link, type, curve, box: curveBox(curve) });
  }

  /**
   * Return what a link passes, from its source on, and where it is drawn from when not from there.
   * @param {string} nodeId @param {string} input
   */
  wayOf(nodeId, input) {
    return this.drawing.wayOf(nodeId, input, this.nodes.get(nodeId)?.node.links?.[input]);
  }

  /** @param {string} spot @returns {string} the type of what passes a dot */
  typeAt(spot) {
    for (const id of this.#table.at(spot)) {
      const link = this.links.get(id);
      if (link) return link.type;
    }
    return "*";
  }
}
