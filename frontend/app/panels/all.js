// @ts-check
/** Every panel of the editor, in the order of its buttons. */

import { isWrong } from "../state/runs.js";
import { graphPart, part } from "../ui/parts.js";

/** What a missing link lacks is seen on the node. @param {import("../app.js").App} app */
function countOfProblems(app) {
  const tab = app.workspace.active.value;
  if (!tab) return "";
  const { run, checks } = app.problems.of(tab.id);
  return String(new Set([...run, ...checks.filter(isWrong)].map((each) => each.message)).size || "");
}

/** @type {readonly import("./registry.js").Panel[]} */
export const PANELS = [
  { id: "library", side: "left", icon: "library", load: graphPart(() => import("./library.js")) },
  { id: "inspector", side: "right", icon: "inspector", load: graphPart(() => import("./inspector.js")) },
  {
    id: "queue",
    side: "right",
    icon: "queue",
    load: part(() => import("./queue.js")),
    badge: (app) => String(app.queue.left.value || ""),
  },
  {
    id: "problems",
    side: "right",
    icon: "problems",
    load: part(() => import("./problems.js")),
    badge: (app) => countOfProblems(app),
  },
  { id: "log", side: "right", icon: "log", load: part(() => import("./log.js")) },
  { id: "gallery", side: "left", icon: "gallery", load: part(() => import("./gallery.js")) },
  { id: "outline", side: "left", icon: "outline", load: graphPart(() => import("./outline.js")) },
];
