// @ts-check
/**
 * Documents and clips from outside, made so that the rest need not ask: every level has nodes, every place
 * is numbers that can be drawn. What is in order is returned as it is. The server has checked the types of
 * nodes, values and links; it does not look at drawings, and nobody has looked at a clipboard.
 */

/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {import("./document.js").Node} Node */
/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./clipboard.js").Clip} Clip */

/** Graph units; further out, steps of a pixel are lost in the arithmetic. */
const FARTHEST = 1e7;
/** A node whose own type is no text. */
const NAMELESS = "unknown";

/** @param {unknown} value @returns {value is Record<string, any>} */
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {unknown} value @returns {value is string} */
const isText = (value) => typeof value === "string";

/** @param {WorkflowDocument} document @returns {WorkflowDocument} */
export function admitted(document) {
  if (!isRecord(document)) return { format: "sfumato", version: 1, title: "", nodes: {} };
  const whole = /** @type {WorkflowDocument} */ (level(document));
  if (whole.subgraphs === undefined) return whole;
  return withParts(whole, {
    subgraphs: each(whole.subgraphs, (graph) => level(isRecord(graph) ? graph : {})),
  });
}

/** @param {Clip} clip @returns {Clip} */
export function admittedClip(clip) {
  return withParts(clip, {
    nodes: each(clip.nodes, node),
    frames: clip.frames && list(clip.frames, drawn),
    notes: clip.notes && list(clip.notes, (given) => (isText(given?.id) ? drawn(given) : null)),
    dots: clip.dots && dots(clip.dots),
    routes: clip.routes && each(clip.routes, (given) => each(given, text)),
    subgraphs: clip.subgraphs && each(clip.subgraphs, (graph) => level(isRecord(graph) ? graph : {})),
    sources: clip.sources && each(clip.sources, text),
  });
}

/** @param {Record<string, any>} graph @returns {Graph} */
function level(graph) {
  const parts = /** @type {Record<string, unknown>} */ ({ nodes: each(graph.nodes, node) });
  if (graph.inputs !== undefined)
    parts.inputs = list(graph.inputs, (given) =>
      isRecord(given) && Array.isArray(given.targets) ? given : null,
    );
  if (graph.outputs !== undefined)
    parts.outputs = list(graph.outputs, (given) =>
      isRecord(given) && Array.isArray(given.source) ? given : null,
    );
  if (graph.frames !== undefined) parts.frames = list(graph.frames, drawn);
  if (graph.view !== undefined) parts.view = view(graph.view);
  return /** @type {Graph} */ (withParts(graph, parts));
}

/** @param {any} given @returns {Node} */
function node(given) {
  if (!isRecord(given)) return { type: NAMELESS, foreign: given };
  const parts = /** @type {Record<string, unknown>} */ ({ type: isText(given.type) ? given.type : NAMELESS });
  if (given.place !== undefined) parts.place = place(given.place);
  if (given.links !== undefined) parts.links = each(given.links, source);
  for (const part of ["values", "controls"])
    if (given[part] !== undefined && !isRecord(given[part])) parts[part] = undefined;
  return /** @type {Node} */ (withParts(given, parts));
}

/** A node that is not there may not be called as what every object has. @param {any} given */
const source = (given) =>
  Array.isArray(given) && isText(given[0]) && Number.isInteger(given[1]) && !(given[0] in Object.prototype)
    ? given
    : undefined;

/** @param {any} given */
const text = (given) => (isText(given) ? given : undefined);

/** @param {any} given @returns {number[]} */
function place(given) {
  if (!Array.isArray(given)) return [0, 0, 0, 0];
  if (given.every((each) => Number.isFinite(each) && Math.abs(each) <= FARTHEST)) return given;
  return given.map((each) => Math.max(-FARTHEST, Math.min(FARTHEST, Number.isFinite(each) ? each : 0)));
}

/** Something with a place of its own. @param {any} given */
const drawn = (given) =>
  isRecord(given) && Array.isArray(given.place) ? withParts(given, { place: place(given.place) }) : null;

/** @param {any} given @returns {Record<string, unknown>} */
function view(given) {
  if (!isRecord(given)) return {};
  const parts = /** @type {Record<string, unknown>} */ ({});
  if (given.dots !== undefined) parts.dots = dots(given.dots);
  if (given.virtual !== undefined) parts.virtual = each(given.virtual, (one) => drawn(one) ?? undefined);
  if (given.routes !== undefined) parts.routes = each(given.routes, (ways) => each(ways, text));
  if (given.wires !== undefined) parts.wires = each(given.wires, (ways) => each(ways, source));
  if (given.bookmarks !== undefined) parts.bookmarks = each(given.bookmarks, place);
  if (given.notes !== undefined)
    parts.notes = list(given.notes, (note) => (isText(note?.id) ? drawn(note) : null));
  return withParts(given, parts);
}

/** No way leads round in a circle. @param {any} given */
function dots(given) {
  const known = each(given, (dot) => drawn(dot) ?? undefined);
  const isRound = (/** @type {string} */ id) => {
    const seen = new Set();
    for (let at = id; at !== undefined && Object.hasOwn(known, at); at = known[at].after) {
      if (seen.has(at)) return true;
      seen.add(at);
    }
    return false;
  };
  const round = new Set(Object.keys(known).filter((id) => known[id].after !== undefined && isRound(id)));
  return round.size
    ? each(known, (dot, id) => (round.has(id) ? withParts(dot, { after: undefined }) : dot))
    : known;
}

/**
 * Return a record with its entries as they are made; those that are made undefined go.
 * @param {any} given @param {(value: any, key: string) => unknown} make @returns {Record<string, any>}
 */
function each(given, make) {
  if (!isRecord(given)) return {};
  const entries = Object.entries(given);
  const made = entries.map(([key, value]) => /** @type {const} */ ([key, make(value, key)]));
  if (made.every(([, value], index) => value === entries[index][1])) return given;
  return Object.fromEntries(made.filter(([, value]) => value !== undefined));
}

/** @param {any} given @param {(value: any) => unknown} make  null leaves it out @returns {any[]} */
function list(given, make) {
  if (!Array.isArray(given)) return [];
  const made = given.map(make);
  return made.every((value, index) => value === given[index])
    ? given
    : made.filter((value) => value !== null);
}

/** @template {object} T @param {T} whole @param {Record<string, unknown>} parts @returns {T} the same one, where nothing differs */
function withParts(whole, parts) {
  const before = /** @type {Record<string, unknown>} */ (whole);
  const news = Object.entries(parts).filter(([key, value]) => before[key] !== value);
  if (!news.length) return whole;
  const all = { ...before, ...Object.fromEntries(news) };
  for (const [key, value] of news) if (value === undefined) delete all[key];
  return /** @type {T} */ (all);
}
