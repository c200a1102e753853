// @ts-check
/** Which links could join two nodes, best first. */

import { inputsOf } from "../schema.js";
import { typesFit } from "../types.js";
import { isFedBy } from "./links.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {{ from: string, output: number, name: string, to: string, input: string }} Pair */

/**
 * Free inputs come first, then the same type, then the same name, then the order of sockets.
 * @param {Graph} graph @param {string} from @param {string} to
 * @param {(node: import("../document.js").Node) => import("../schema.js").NodeSpec} specOf @returns {Pair[]}
 */
export function pairsOf(graph, from, to, specOf) {
  if (from === to || isFedBy(graph, from, to)) return [];
  const [source, end] = [graph.nodes[from], graph.nodes[to]];
  const inputs = inputsOf(specOf(end), end);
  /** @type {{ pair: Pair, cost: number }[]} */
  const found = [];
  for (const [output, given] of (specOf(source).outputs ?? []).entries()) {
    for (const [place, input] of inputs.entries()) {
      if (!typesFit(given.type, input.type)) continue;
      const isSame = given.type.toUpperCase() === input.type.toUpperCase();
      const isNamed = given.name.toLowerCase() === input.name.toLowerCase();
      const cost =
        (end.links?.[input.name] ? 1000 : 0) +
        (isSame ? 0 : 400) +
        (input.widget ? 200 : 0) +
        (isNamed ? 0 : 100) +
        place +
        output;
      found.push({ pair: { from, output, name: given.name, to, input: input.name }, cost });
    }
  }
  return found.sort((a, b) => a.cost - b.cost).map(({ pair }) => pair);
}
