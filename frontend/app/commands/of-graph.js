// @ts-check
/** What one can do on the graph, by room; it is loaded with the graph. */

import { ACCESS } from "./access.js";
import { ARRANGE } from "./arrange.js";
import { EDIT } from "./edit.js";
import { INPUTS } from "./inputs.js";
import { LINKS } from "./links.js";
import { NODES } from "./nodes.js";
import { SEARCH } from "./search.js";
import { GRAPHS } from "./subgraphs.js";
import { VALUES } from "./values.js";
import { VIEW } from "./view.js";

export const OF_GRAPH = [
  ...ACCESS,
  ...EDIT,
  ...ARRANGE,
  ...GRAPHS,
  ...INPUTS,
  ...LINKS,
  ...NODES,
  ...SEARCH,
  ...VALUES,
  ...VIEW,
];
