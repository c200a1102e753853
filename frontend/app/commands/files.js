// @ts-check
/** Documents: new, open, save, import, export, tabs, settings. */

import { closeTab } from "../files/closing.js";
import { openNew } from "../files/opening.js";
import { save, saveAs } from "../files/saving.js";
import { t } from "../i18n.js";

/** @typedef {import("../app.js").App} App */

/** What is larger and used seldom is loaded when it is used. */
const exporting = () => import("../files/exporting.js");

/** @param {App} app @param {boolean} isInsert */
async function pickFiles(app, isInsert) {
  const { ACCEPTED, takeIn } = await import("../files/importing.js");
  const input = document.createElement("input");
  Object.assign(input, { type: "file", multiple: true, accept: ACCEPTED });
  const files = await new Promise((/** @type {(files: File[]) => void} */ picked) => {
    input.onchange = () => picked([...(input.files ?? [])]);
    input.oncancel = () => picked([]);
    input.click();
  });
  await app.graph.ready();
  await takeIn(app, files, { isInsert });
}

/** @param {App} app */
async function rename(app) {
  const { prompt } = await import("../ui/dialog.js");
  const { tab } = app;
  const about = { title: t("command.file.rename"), label: t("file.title"), value: tab.title.value };
  const title = await prompt(app, about);
  if (title !== null && title !== tab.store.document.title)
    tab.store.commit("edit.document-title", [{ path: ["title"], value: title }]);
}

/** @param {App} app */
const isSaved = (app) => app.tab.name.value !== null;

/** @param {App} app */
const hasSeveral = (app) => app.workspace.tabs.value.length > 1;

/** @type {import("./registry.js").Command[]} */
export const FILES = [
  { id: "file.new", group: "file", keys: ["Ctrl+Alt+N"], on: "anywhere", menus: ["main"], run: openNew },
  {
    id: "file.open",
    group: "file",
    keys: ["Ctrl+O"],
    on: "anywhere",
    menus: ["main"],
    run: (app) => app.overlays.show({ kind: "open" }),
  },
  {
    id: "file.save",
    group: "file",
    keys: ["Ctrl+S"],
    on: "anywhere",
    menus: ["main"],
    run: (app) => save(app),
  },
  {
    id: "file.save-as",
    group: "file",
    keys: ["Ctrl+Shift+S"],
    on: "anywhere",
    menus: ["main"],
    run: (app) => saveAs(app),
  },
  { id: "file.rename", group: "file", run: rename },
  {
    id: "file.revisions",
    group: "file",
    menus: ["main"],
    when: isSaved,
    run: (app) => app.overlays.show({ kind: "revisions", given: { name: app.tab.name.value } }),
  },
  {
    id: "file.difference",
    group: "file",
    menus: ["main"],
    when: (app) => app.tab.isChanged.value,
    run: (app) => app.overlays.show({ kind: "difference" }),
  },
  { id: "file.import", group: "file", menus: ["main"], run: (app) => pickFiles(app, false) },
  { id: "file.insert", group: "file", run: (app) => pickFiles(app, true) },
  {
    id: "file.export",
    group: "file",
    menus: ["main"],
    run: async (app) => (await exporting()).exportDocument(app),
  },
  {
    id: "file.export-api",
    group: "file",
    menus: ["main"],
    run: async (app) => (await exporting()).exportAs(app, "comfyui-api"),
  },
  {
    id: "file.export-ui",
    group: "file",
    menus: ["main"],
    run: async (app) => (await exporting()).exportAs(app, "comfyui-ui"),
  },
  {
    id: "file.export-picture",
    group: "file",
    menus: ["main"],
    run: async (app) => {
      await app.graph.ready();
      await (await exporting()).exportPicture(app);
    },
  },
  { id: "tab.close", group: "file", keys: ["Alt+W"], on: "anywhere", run: (app) => closeTab(app) },
  {
    id: "tab.reopen",
    group: "file",
    keys: ["Alt+Shift+T"],
    on: "anywhere",
    when: (app) => app.workspace.closed.value.length > 0,
    run: (app) => app.workspace.reopen(),
  },
  {
    id: "tab.next",
    group: "file",
    keys: ["Alt+PageDown"],
    on: "anywhere",
    when: hasSeveral,
    run: (app) => app.workspace.step(1),
  },
  {
    id: "tab.previous",
    group: "file",
    keys: ["Alt+PageUp"],
    on: "anywhere",
    when: hasSeveral,
    run: (app) => app.workspace.step(-1),
  },
  {
    id: "settings.open",
    group: "help",
    keys: ["Ctrl+,"],
    on: "anywhere",
    menus: ["main"],
    run: (app) => app.overlays.show({ kind: "settings" }),
  },
];
