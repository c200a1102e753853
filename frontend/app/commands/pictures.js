// @ts-check
/** Results and masks. */

import { t } from "../i18n.js";
import { freePictureInput } from "../model/uploads.js";
import { fullAddress, shortName } from "../state/picture-files.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/runs.js").Picture} Picture */
/** @typedef {{ pictures: readonly Picture[], index: number, nodeId?: string }} Pictured */

/** What is done with pictures is loaded when it is done first. */
const deeds = () => import("../pictures/deeds.js");

/**
 * Return which node a command is about: the one that a menu was opened on, else the one that is selected.
 * @param {App} app @param {any} [argument]
 */
function nodeOf(app, argument) {
  const named = argument?.nodeId ?? argument?.hit?.node?.id ?? argument?.node?.id;
  if (typeof named === "string") return named;
  const [id, ...more] = app.workspace.active.value ? app.tab.selection.nodes : [];
  return id && !more.length ? id : "";
}

/**
 * Return the pictures that a command is about: those that it was given, else those of a node.
 * @param {App} app @param {any} [argument] @returns {Pictured | null}
 */
function pictured(app, argument) {
  if (argument?.pictures?.length) return { index: 0, ...argument };
  const nodeId = nodeOf(app, argument);
  const placed = nodeId ? app.canvas?.index.nodes.get(nodeId) : undefined;
  if (!placed) return null;
  const { pictures, from } = app.pictures.shown(placed);
  return pictures.length && from !== "preview" ? { pictures, index: 0, nodeId } : null;
}

/** @param {App} app @param {any} [argument] @returns {Picture | null} */
function one(app, argument) {
  const found = pictured(app, argument);
  return found ? (found.pictures[found.index] ?? null) : null;
}

/** @param {App} app @param {any} [argument] */
const kept = (app, argument) => Boolean(one(app, argument)?.file);

/** @param {App} app @param {any} [argument] @returns {string} a node whose picture can be masked */
function masked(app, argument) {
  const nodeId = nodeOf(app, argument);
  const placed = nodeId ? app.canvas?.index.nodes.get(nodeId) : undefined;
  const input = placed && freePictureInput(placed.spec, placed.node);
  return input && placed.node.values?.[input.name] ? nodeId : "";
}

/**
 * A command that does something with one picture.
 * @param {string} id @param {(app: App, picture: Picture) => unknown} run @returns {import("./registry.js").Command}
 */
const onPicture = (id, run) => ({
  id,
  group: "node",
  when: kept,
  run: (app, argument) => run(app, /** @type {Picture} */ (one(app, argument))),
});

/** @type {import("./registry.js").Command[]} */
export const PICTURES = [
  {
    id: "picture.open",
    group: "node",
    menus: ["node"],
    when: (app, argument) => pictured(app, argument) !== null,
    run: (app, argument) =>
      app.overlays.show({ kind: "lightbox", isModal: true, given: pictured(app, argument) }),
  },
  {
    id: "picture.mask",
    group: "node",
    keys: ["Shift+M"],
    menus: ["node"],
    when: (app, argument) => masked(app, argument) !== "",
    run: (app, argument) =>
      app.overlays.show({ kind: "mask-editor", isModal: true, given: { nodeId: masked(app, argument) } }),
  },
  {
    id: "picture.compare",
    group: "node",
    menus: ["node"],
    when: (app, argument) => (pictured(app, argument)?.pictures.length ?? 0) > 1,
    run: (app, argument) =>
      app.overlays.show({ kind: "compare", isModal: true, given: pictured(app, argument) }),
  },
  onPicture("picture.use", async (app, picture) => (await deeds()).useAsInput(app, picture)),
  onPicture("picture.open-workflow", async (app, picture) => (await deeds()).openWorkflow(app, picture)),
  onPicture("picture.copy", async (app, picture) => (await deeds()).copy(app, picture)),
  onPicture("picture.download", (_app, picture) => download(picture)),
  onPicture("picture.delete", async (app, picture) => (await deeds()).remove(app, [picture])),
  {
    id: "picture.menu",
    group: "node",
    isHidden: true,
    when: (app, argument) => pictured(app, argument) !== null,
    run: (app, argument) => app.overlays.show({ kind: "picture-menu", at: argument.at, given: argument }),
  },
  {
    id: "gallery.show",
    group: "panel",
    keys: ["Shift+G"],
    menus: ["main"],
    run: (app) => app.panels.toggle("gallery"),
  },
];

/** @param {Picture} picture */
function download(picture) {
  const link = document.createElement("a");
  link.href = `${fullAddress(picture)}?download`;
  link.download = shortName(picture) || t("picture.picture");
  link.click();
}
