// @ts-check
/** Documents and node types for tests. */

import { schemaOf } from "../app/model/schema.js";
import { randomFrom } from "./random.js";

/** @typedef {import("../app/model/document.js").WorkflowDocument} WorkflowDocument */

export const SCHEMA = schemaOf([
  {
    id: "Load",
    version: 1,
    title: "Load",
    inputs: [
      {
        name: "file",
        label: "file",
        type: "COMBO",
        widget: { kind: "choice", choices: ["a", "b"], default: "a" },
      },
    ],
    outputs: [
      { name: "MODEL", type: "MODEL" },
      { name: "IMAGE", type: "IMAGE" },
    ],
  },
  {
    id: "Mix",
    version: 1,
    title: "Mix",
    inputs: [
      { name: "first", label: "first", type: "IMAGE", required: true },
      { name: "second", label: "second", type: "IMAGE", required: true },
      { name: "model", label: "model", type: "MODEL" },
      { name: "amount", label: "amount", type: "FLOAT", widget: { kind: "float", default: 0.5 } },
      { name: "text", label: "text", type: "STRING", widget: { kind: "text", multiline: true, default: "" } },
    ],
    outputs: [{ name: "IMAGE", type: "IMAGE" }],
  },
  {
    id: "Show",
    version: 1,
    title: "Show",
    inputs: [{ name: "images", label: "images", type: "IMAGE" }],
    output: true,
  },
]);

/**
 * Return nodes in columns, each fed by some before it.
 * @param {number} count @param {number} [seed] @returns {WorkflowDocument}
 */
export function randomDocument(count, seed = 7) {
  const random = randomFrom(seed);
  /** @type {WorkflowDocument["nodes"]} */
  const nodes = {};
  for (let index = 0; index < count; index += 1) {
    /** @type {Record<string, [string, number, string]>} */
    const links = {};
    const before = () => String(Math.floor(random() * index));
    for (const name of ["first", "second"]) {
      const from = before();
      if (index > 2 && random() < 0.8) links[name] = [from, nodes[from].type === "Load" ? 1 : 0, "IMAGE"];
    }
    nodes[index] = {
      type: index < 3 ? "Load" : "Mix",
      place: [Math.round(random() * 5000), Math.round(random() * 3000), 0, 0],
      ...(index < 3 ? {} : { links }),
    };
  }
  return { format: "sfumato", version: 1, title: "Random", nodes };
}
