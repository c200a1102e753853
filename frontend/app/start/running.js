// @ts-check
/** Follows jobs and keeps the queue, the nodes and the window's title up to date. */

import { effect } from "@preact/signals-core";
import { EventSocket } from "../api/socket.js";
import { t } from "../i18n.js";
import { keep, ofThisWindow, recalled } from "../state/kept.js";
import { tellExtensions } from "../state/messages.js";
import { Running } from "../state/running.js";
import { startTitle } from "../ui/window-title.js";

const KEY = "sfumato.after";

/** @param {import("../app.js").App} app */
export function start(app) {
  app.running = new Running(app, ofThisWindow);
  app.queue.follow(app.api);
  const socket = socketOf(app);
  app.running.replay().then(() => socket.start(kept()));
  watchTabs(app);
  startTitle(app);
  let isFirst = true;
  effect(() => {
    app.settings.get("previews");
    if (!isFirst) socket.resubscribe();
    isFirst = false;
  });
  addEventListener("online", () => socket.hurry());
  addEventListener("focus", () => socket.hurry());
  document.addEventListener("visibilitychange", () => document.hidden || socket.hurry());
  addEventListener("pagehide", () => {
    if (socket.after !== null) keep(ofThisWindow, KEY, socket.after);
  });
}

/** @param {import("../app.js").App} app */
function socketOf(app) {
  let version = "";
  return new EventSocket(
    app.api.root,
    {
      event: (event) => {
        app.running.hear(event);
        tellExtensions(event);
      },
      preview: (header, picture) => app.running.nodes.preview(header, picture),
      lost: () => {
        app.queue.connection.value = "lost";
      },
      hello: (hello) => {
        app.queue.connection.value = "open";
        app.queue.refresh();
        if (version && version !== hello.version)
          app.notices.tell(t("run.other-version"), "info", {
            label: t("run.reload"),
            run: () => location.reload(),
          });
        version = hello.version;
      },
    },
    { previews: () => app.settings.get("previews") },
  );
}

/** @param {import("../app.js").App} app */
function watchTabs(app) {
  let before = new Set(app.workspace.tabs.peek().map((each) => each.id));
  effect(() => {
    const now = new Set(app.workspace.tabs.value.map((each) => each.id));
    for (const id of before) if (!now.has(id)) app.running.forget(id);
    for (const each of app.workspace.tabs.value)
      if (!before.has(each.id)) app.running.recall(each).catch((problem) => app.notices.problem(problem));
    before = now;
  });
}

/** @returns {number | null} the last event that this window heard before it was loaded again */
function kept() {
  const found = recalled(ofThisWindow, KEY, NaN);
  return Number.isNaN(found) ? null : found;
}
