// @ts-check
/**
 * What packs add to the editor: commands, widgets, panels, and what they do about messages of the
 * server. Each function returns one that takes the addition away. `frontend/EXTENDING.md` tells more.
 */

import { signal } from "@preact/signals-core";
import { entryOf } from "./model/maps.js";
import { mountedPanel } from "./panels/mounted.js";
import { registerWidget as addWidget } from "./widgets/registry.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./commands/registry.js").Command} Command */
/** @typedef {import("./widgets/registry.js").MountWidget} MountWidget */
/** @typedef {import("./api/socket.js").JobEvent} JobEvent */
/**
 * @typedef {{
 *   id: string, title: string, side?: "left" | "right", icon?: string,
 *   mount: (host: HTMLElement, app: App) => (() => void) | void,
 * }} PackPanel  mount: fills the host with plain DOM; what it returns is called when the panel closes
 */

/** @type {App | null} */
let editor = null;
/** Rises when widgets have come or gone, for nodes that are drawn already. */
export const widgetsVersion = signal(0);
/** @type {Map<string, Set<(event: JobEvent) => void>>} */
const hearers = new Map();

/** @param {App} app */
export function letExtend(app) {
  editor = app;
}

/** @returns {App} */
function theEditor() {
  if (!editor)
    throw new Error("The editor is not there yet: extensions are modules of a pack that the editor loads.");
  return editor;
}

/**
 * Add a command: it is in the palette, in the menus that it names, and on its keys.
 * @param {Command & { title: string }} command  its id begins with the pack's name @returns {() => void}
 */
export function registerCommand(command) {
  const { commands } = theEditor();
  commands.add([command]);
  return () => commands.remove(command.id);
}

/**
 * Say how values are typed in: for a kind of widget, a socket type, or a word that inputs name as `widget`.
 * @param {string} type @param {MountWidget} mount @returns {() => void}
 */
export function registerWidget(type, mount) {
  const remove = addWidget(type, mount);
  widgetsVersion.value += 1;
  return () => {
    remove();
    widgetsVersion.value += 1;
  };
}

/**
 * Add a panel, with a button at a side.
 * @param {PackPanel} panel @returns {() => void}
 */
export function registerPanel({ id, title, side = "left", icon = "template", mount }) {
  const { panels } = theEditor();
  const load = mountedPanel(mount);
  panels.add([{ id, title, side, icon, load }]);
  return () => panels.remove(id);
}

/**
 * Hear of what the server tells about jobs, such as "node_finished".
 * @param {string} type  "*" hears of all @param {(event: JobEvent) => void} handler @returns {() => void}
 */
export function onMessage(type, handler) {
  const all = entryOf(hearers, type, () => new Set());
  all.add(handler);
  return () => all.delete(handler);
}

/** Tell extensions of an event; one that fails keeps nobody else from it. @param {JobEvent} event */
export function tellExtensions(event) {
  for (const type of [event.type, "*"]) {
    for (const handler of hearers.get(type) ?? []) {
      try {
        handler(event);
      } catch (problem) {
        console.error(problem);
      }
    }
  }
}
