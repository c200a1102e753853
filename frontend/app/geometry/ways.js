// @ts-check
/** The ways of links: through reroute dots (`view.routes`), and as imported workflows drew them (`view.wires`). */

/** @typedef {import("../model/document.js").Graph} Graph */
/** @typedef {import("./camera.js").Point} Point */
/** @typedef {ReadonlyMap<string, import("./drawing.js").Spot>} Spots */
/** @typedef {{ id: string, at: Point }} Passed */
/** @typedef {{ start: Point | null, through: Passed[] }} Way */
/** @typedef {{ from: readonly [string, number], to: string, input: string }} Wire */

const MOST_PASSED = 100;
const GETTERS = new Set(["GetNode", "easy getNode"]);
const SETTERS = new Set(["SetNode", "easy setNode"]);

/**
 * @param {Graph} graph @param {Spots} spots @param {string} nodeId @param {string} input
 * @param {readonly [string, number, string?] | undefined} source @returns {Way}
 */
export function wayOf(graph, spots, nodeId, input, source) {
  const drawn = source ? drawnWay(graph, spots, nodeId, input, source) : null;
  const dots = dotsOf(graph, spots, nodeId, input);
  return { start: drawn?.start ?? null, through: [...(drawn?.through ?? []), ...dots] };
}

/**
 * @param {Graph} graph @param {Spots} spots @param {string} nodeId @param {string} input
 * @returns {Passed[]} from the source on
 */
function dotsOf(graph, spots, nodeId, input) {
  const { routes, dots } = graph.view ?? {};
  /** @type {Passed[]} */
  const found = [];
  let id = routes?.[nodeId]?.[input];
  while (id && dots?.[id] && found.length < MOST_PASSED) {
    const spot = spots.get(id);
    if (spot) found.unshift({ id, at: { x: spot.x, y: spot.y } });
    id = dots[id].after;
  }
  return found;
}

/**
 * Follow a wire back through virtual nodes; one that no longer comes from the link's source is no way.
 * @param {Graph} graph @param {Spots} spots @param {string} nodeId @param {string} input
 * @param {readonly [string, number, string?]} source @returns {Way | null}
 */
function drawnWay(graph, spots, nodeId, input, source) {
  const { wires, virtual } = graph.view ?? {};
  let at = wires?.[nodeId]?.[input];
  if (!at || !virtual?.[at[0]]) return null;
  /** @type {Way} */
  const way = { start: null, through: [] };
  for (let count = 0; at && virtual[at[0]] && count < MOST_PASSED; count += 1) {
    const spot = spots.get(at[0]);
    const isGetter = GETTERS.has(virtual[at[0]].type);
    if (spot && !way.start) pass(way, spot, isGetter);
    at = wires?.[isGetter ? setterOf(virtual, at[0]) : at[0]]?.[isGetter ? "0" : String(at[1])];
  }
  return at?.[0] === source[0] && at?.[1] === source[1] ? way : null;
}

/** @param {Way} way @param {import("./drawing.js").Spot} spot @param {boolean} isGetter */
function pass(way, spot, isGetter) {
  const { into, out } = endsOf(spot);
  if (isGetter) way.start = out;
  else if (spot.isBox) way.through.unshift({ id: spot.id, at: into }, { id: spot.id, at: out });
  else way.through.unshift({ id: spot.id, at: into });
}

/** @param {Record<string, any>} virtual @param {string} getter @returns {string} */
function setterOf(virtual, getter) {
  const name = (/** @type {string} */ id) => virtual[id].foreign?.widgets_values?.[0];
  return Object.keys(virtual).find((id) => SETTERS.has(virtual[id].type) && name(id) === name(getter)) ?? "";
}

/**
 * @param {Graph} graph @param {Spots} spots @returns {Wire[]}
 */
export function waysIn(graph, spots) {
  const { wires, virtual } = graph.view ?? {};
  if (!wires || !virtual) return [];
  const passed = new Set();
  for (const [id, node] of Object.entries(graph.nodes)) {
    for (const [input, source] of Object.entries(node.links ?? {}))
      for (const each of drawnWay(graph, spots, id, input, source)?.through ?? []) passed.add(each.id);
  }
  /** @type {Wire[]} */
  const found = [];
  for (const [to, ways] of Object.entries(/** @type {Record<string, Record<string, any>>} */ (wires))) {
    for (const [input, from] of Object.entries(ways)) {
      const isIntoSpot = virtual[to] && !passed.has(to);
      const isValue = virtual[from[0]] && graph.nodes[to] && !graph.nodes[to].links?.[input];
      if (isIntoSpot || isValue) found.push({ from, to, input });
    }
  }
  return found;
}

/**
 * Say where a link comes into something that it passes, and where it goes on.
 * @param {import("./drawing.js").Spot} spot @returns {{ into: Point, out: Point }}
 */
export function endsOf({ x, y, width, isBox }) {
  const middle = isBox ? y + 15 : y;
  return { into: { x, y: middle }, out: { x: x + width, y: middle } };
}
