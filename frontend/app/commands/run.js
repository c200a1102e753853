// @ts-check
/** Running and the queue. */

import { t } from "../i18n.js";
import { goToNode } from "../ui/go-to.js";

/** @typedef {import("../app.js").App} App */

/** The form has no field for it. @param {App} app */
const countOf = (app) => (app.tab.face.peek() === "graph" ? app.running.count.peek() : 1);

/** @param {App} app @param {any} [hit] what a menu was opened on @returns {string[]} paths of nodes */
function targetsOf(app, hit) {
  const ids = hit?.node ? [hit.node.id] : [...app.tab.selection.nodes];
  const way = app.tab.way
    .peek()
    .map((each) => `${each}:`)
    .join("");
  return ids.map((id) => way + id);
}

/** Have the server begin nothing more; what runs rests. @param {App} app */
async function pause({ api, queue, say }) {
  await api.post("queue/pause");
  queue.refresh();
  say(t("say.paused"));
}

/** @param {App} app */
async function resume({ api, queue, say }) {
  await api.post("queue/resume");
  queue.refresh();
  say(t("say.resumed"));
}

/** @param {App} app */
async function clearQueue(app) {
  const { confirm } = await import("../ui/dialog.js");
  const count = app.queue.waiting.peek();
  const isSure =
    count < 2 ||
    (await confirm(app, {
      title: t("run.clear-title"),
      text: t("run.clear-text", { count }),
      action: t("run.clear"),
      isDangerous: true,
    }));
  if (isSure) await app.api.post("jobs/cancel", { state: "queued" });
}

/** @type {import("./registry.js").Command[]} */
export const RUN = [
  {
    id: "run.queue",
    group: "run",
    keys: ["Ctrl+Enter"],
    on: "anywhere",
    menus: ["canvas", "main"],
    run: (app) => app.running.submit({ count: countOf(app) }),
  },
  {
    id: "run.first",
    group: "run",
    keys: ["Ctrl+Shift+Enter"],
    on: "anywhere",
    menus: ["main"],
    run: (app) => app.running.submit({ count: countOf(app), front: true }),
  },
  {
    id: "run.to-here",
    group: "run",
    menus: ["node", "socket"],
    when: (app, hit) => Boolean(hit?.node) || app.tab.selection.nodes.size > 0,
    run: (app, hit) => app.running.submit({ targets: targetsOf(app, hit) }),
  },
  {
    id: "run.batch",
    group: "run",
    menus: ["main"],
    run: (app) => app.overlays.show({ kind: "batch", isModal: true }),
  },
  {
    id: "run.interrupt",
    group: "run",
    keys: ["Ctrl+Alt+Enter"],
    on: "anywhere",
    menus: ["main"],
    when: (app) => app.queue.running.value.length > 0,
    run: (app) => app.api.post("jobs/cancel", { state: "running" }),
  },
  {
    id: "run.pause",
    group: "run",
    menus: ["main"],
    when: (app) => !app.queue.isHeld.value,
    run: pause,
  },
  {
    id: "run.resume",
    group: "run",
    menus: ["main"],
    when: (app) => app.queue.isHeld.value || app.queue.paused.value.length > 0,
    run: resume,
  },
  {
    id: "run.clear-queue",
    group: "run",
    menus: ["main"],
    when: (app) => app.queue.waiting.value > 0,
    run: clearQueue,
  },
  {
    id: "run.show-queue",
    group: "panel",
    keys: ["Q"],
    run: (app) => app.panels.toggle("queue"),
  },
  {
    id: "run.show-problem",
    group: "run",
    isHidden: true,
    run: (app, problem) => {
      app.panels.show("problems");
      if (problem?.node) goToNode(app, problem.node);
    },
  },
];
