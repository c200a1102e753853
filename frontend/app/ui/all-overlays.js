// @ts-check
/** What can lie over everything, each loaded when it is opened first. */

import { registerOverlay } from "./overlays.js";
import { graphPart, part } from "./parts.js";

registerOverlay(
  "choices",
  part(() => import("./choices.js")),
);
registerOverlay(
  "colors",
  graphPart(() => import("./colors.js")),
);
registerOverlay(
  "curve",
  graphPart(() => import("../widgets/curve-editor.js")),
);
registerOverlay(
  "dialog",
  part(() => import("./dialog.js")),
);
registerOverlay(
  "main-menu",
  graphPart(() => import("./main-menu.js")),
);
registerOverlay(
  "run-menu",
  part(() => import("./run-menu.js")),
);
registerOverlay(
  "batch",
  part(() => import("./batch-dialog.js")),
);
registerOverlay(
  "palette",
  graphPart(() => import("./palette.js")),
);
registerOverlay(
  "conflict",
  part(() => import("./conflict.js")),
);
registerOverlay(
  "difference",
  part(() => import("./difference.js")),
);
registerOverlay(
  "import-report",
  part(() => import("./import-report.js")),
);
registerOverlay(
  "missing-node",
  graphPart(() => import("./missing-node.js")),
);
registerOverlay(
  "node-update",
  graphPart(() => import("./node-update.js")),
);
registerOverlay(
  "open",
  part(() => import("./open-dialog.js")),
);
registerOverlay(
  "revisions",
  part(() => import("./revisions.js")),
);
registerOverlay(
  "settings",
  part(() => import("./settings-dialog.js")),
);
registerOverlay(
  "subgraph",
  graphPart(() => import("./subgraph-dialog.js")),
);
registerOverlay(
  "menu",
  graphPart(() => import("./menu.js")),
);
registerOverlay(
  "find",
  graphPart(() => import("./find.js")),
);
registerOverlay(
  "key-sheet",
  graphPart(() => import("./key-sheet.js")),
);
registerOverlay(
  "compare",
  part(() => import("../pictures/compare.js")),
);
registerOverlay(
  "lightbox",
  part(() => import("../pictures/lightbox.js")),
);
registerOverlay(
  "mask-editor",
  graphPart(() => import("../pictures/mask-editor.js")),
);
registerOverlay(
  "picture-menu",
  part(() => import("../pictures/picture-menu.js")),
);
registerOverlay(
  "link",
  graphPart(() => import("./link-dialog.js")),
);
