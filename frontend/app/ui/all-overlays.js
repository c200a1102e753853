// @ts-check
/** What can lie over everything, each loaded when it is opened first. */

import { registerOverlay } from "./overlays.js";

registerOverlay("choices", () => import("./choices.js"));
registerOverlay("colors", () => import("./colors.js"));
registerOverlay("curve", () => import("../widgets/curve-editor.js"));
registerOverlay("dialog", () => import("./dialog.js"));
registerOverlay("main-menu", () => import("./main-menu.js"));
registerOverlay("run-menu", () => import("./run-menu.js"));
registerOverlay("batch", () => import("./batch-dialog.js"));
registerOverlay("palette", () => import("./palette.js"));
registerOverlay("conflict", () => import("./conflict.js"));
registerOverlay("difference", () => import("./difference.js"));
registerOverlay("import-report", () => import("./import-report.js"));
registerOverlay("missing-node", () => import("./missing-node.js"));
registerOverlay("node-update", () => import("./node-update.js"));
registerOverlay("open", () => import("./open-dialog.js"));
registerOverlay("revisions", () => import("./revisions.js"));
registerOverlay("settings", () => import("./settings-dialog.js"));
registerOverlay("subgraph", () => import("./subgraph-dialog.js"));
registerOverlay("menu", () => import("./menu.js"));
registerOverlay("find", () => import("./find.js"));
registerOverlay("key-sheet", () => import("./key-sheet.js"));
registerOverlay("compare", () => import("../pictures/compare.js"));
registerOverlay("lightbox", () => import("../pictures/lightbox.js"));
registerOverlay("mask-editor", () => import("../pictures/mask-editor.js"));
registerOverlay("picture-menu", () => import("../pictures/picture-menu.js"));
registerOverlay("link", () => import("./link-dialog.js"));
