// @ts-check
/** Every command of the editor, by room. */

import { ACCESS } from "./access.js";
import { ARRANGE } from "./arrange.js";
import { EDIT } from "./edit.js";
import { FILES } from "./files.js";
import { HELP } from "./help.js";
import { INPUTS } from "./inputs.js";
import { LINKS } from "./links.js";
import { NODES } from "./nodes.js";
import { PICTURES } from "./pictures.js";
import { RUN } from "./run.js";
import { SEARCH } from "./search.js";
import { GRAPHS } from "./subgraphs.js";
import { VALUES } from "./values.js";
import { VIEW } from "./view.js";

export const ALL = [
  ...ACCESS,
  ...EDIT,
  ...ARRANGE,
  ...FILES,
  ...GRAPHS,
  ...HELP,
  ...INPUTS,
  ...LINKS,
  ...NODES,
  ...PICTURES,
  ...RUN,
  ...SEARCH,
  ...VALUES,
  ...VIEW,
];
