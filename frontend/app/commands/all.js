// @ts-check
/** What one can do on either face, by room. */

import { FILES } from "./files.js";
import { HELP } from "./help.js";
import { HISTORY } from "./history.js";
import { PANELS } from "./panels.js";
import { PICTURES } from "./pictures.js";
import { RUN } from "./run.js";

export const ON_EITHER = [...HISTORY, ...FILES, ...HELP, ...PICTURES, ...RUN, ...PANELS];
