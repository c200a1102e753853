// @ts-check
/** The curves of wires that are no links: imported workflows draw them from primitives and into shared values. */

import { curveBox, linkCurve } from "./link-curve.js";
import { endsOf } from "./ways.js";

/** @typedef {{ id: string, type: string, curve: import("./link-curve.js").Curve, box: import("./camera.js").Box }} DrawnWire */

/**
 * @param {import("./graph-index.js").GraphIndex} index @param {readonly import("./ways.js").Wire[]} wires
 * @returns {DrawnWire[]}
 */
export function drawnWires(index, wires) {
  const { spots } = index.drawing;
  return wires.flatMap(({ from, to, input }, place) => {
    const [begin, end] = [spots.get(from[0]), spots.get(to)];
    const start = begin ? endsOf(begin).out : index.outputAt(from[0], from[1]);
    const stop = end ? endsOf(end).into : index.inputAt(to, input);
    if (!start || !stop) return [];
    const curve = linkCurve(start, stop, [], index.shape);
    const type = index.nodes.get(from[0])?.box.outputs[from[1]]?.type ?? "*";
    return [{ id: `wire ${place}`, type, curve, box: curveBox(curve) }];
  });
}
