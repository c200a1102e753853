// @ts-check
/**
 * What packs add to the editor: commands, widgets, panels, and what they do about messages of the
 * server. Each function returns one that takes the addition away. `frontend/EXTENDING.md` tells more.
 */

import { signal } from "@preact/signals-core";
import { Additions } from "./additions.js";
import { t } from "./i18n.js";
import { mountedPanel } from "./panels/mounted.js";
import { hear } from "./state/messages.js";
import { registerWidget as addWidget, usualWidget } from "./widgets/registry.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./commands/registry.js").Command} Command */
/** @typedef {import("./widgets/registry.js").MountWidget} MountWidget */
/** @typedef {import("./widgets/registry.js").Control} Control */
/** @typedef {import("./api/socket.js").JobEvent} JobEvent */
/**
 * @typedef {{
 *   id: string, title: string, side?: "left" | "right", icon?: string,
 *   mount: (host: HTMLElement, app: App) => (() => void) | void,
 * }} PackPanel  mount: fills the host with plain DOM; what it returns is called when the panel closes
 */

/** @type {{ app: App, additions: Additions } | null} */
let editor = null;
/** Rises when widgets have come or gone, for nodes that are drawn already. */
export const widgetsVersion = signal(0);

/** @param {App} app @returns {Additions} what packs add from now on */
export function letExtend(app) {
  const additions = new Additions(app.notices, (given) => t("extensions.fails", given));
  editor = { app, additions };
  return additions;
}

function theEditor() {
  if (!editor)
    throw new Error("The editor is not there yet: extensions are modules of a pack that the editor loads.");
  return { app: editor.app, caller: editor.additions.caller() };
}

/**
 * Add a command: it is in the palette, in the menus that it names, and on its keys.
 * @param {Command & { title: string }} command  its id begins with the pack's name @returns {() => void}
 */
export function registerCommand(command) {
  const { app, caller } = theEditor();
  const { id, run, when, isOn } = command;
  // one that can not say whether it can be run can not be run
  const asked = when && caller.guarded(id, when);
  const looked = isOn && caller.guarded(id, isOn);
  const guarded = {
    ...command,
    run: caller.guarded(id, run),
    ...(asked && {
      when: (/** @type {App} */ given, /** @type {any} */ about) => asked(given, about) ?? false,
    }),
    ...(looked && { isOn: (/** @type {App} */ given) => looked(given) ?? false }),
  };
  app.commands.add([guarded]);
  return caller.keep(() => app.commands.remove(id));
}

/**
 * Say how values are typed in: for a kind of widget, a socket type, or a word that inputs name as `widget`.
 * @param {string} type @param {MountWidget} mount @returns {() => void}
 */
export function registerWidget(type, mount) {
  const { caller } = theEditor();
  const mountGuarded = caller.guarded(
    type,
    (/** @type {HTMLElement} */ host, /** @type {Control} */ control) => {
      const mounted = mount(host, control);
      const { focus, destroy } = mounted;
      return {
        update: caller.guarded(type, () => mounted.update()),
        ...(focus && { focus: caller.guarded(type, () => mounted.focus?.()) }),
        ...(destroy && { destroy: caller.guarded(type, () => mounted.destroy?.()) }),
      };
    },
  );
  /** @type {MountWidget} */
  const safe = (host, control) => {
    const mounted = mountGuarded(host, control);
    if (mounted) return mounted;
    host.replaceChildren();
    return usualWidget(control.input, safe)?.(host, control) ?? { update: () => {} };
  };
  const remove = addWidget(type, safe);
  widgetsVersion.value += 1;
  return caller.keep(() => {
    remove();
    widgetsVersion.value += 1;
  });
}

/**
 * Add a panel, with a button at a side.
 * @param {PackPanel} panel @returns {() => void}
 */
export function registerPanel({ id, title, side = "left", icon = "template", mount }) {
  const { app, caller } = theEditor();
  const load = mountedPanel(
    caller.guarded(title, mount),
    caller.guarded(title, (/** @type {() => void} */ clean) => clean()),
  );
  app.panels.add([{ id, title, side, icon, load }]);
  return caller.keep(() => app.panels.remove(id));
}

/**
 * Hear of what the server tells about jobs, such as "node_finished".
 * @param {string} type  "*" hears of all @param {(event: JobEvent) => void} handler @returns {() => void}
 */
export function onMessage(type, handler) {
  const { caller } = theEditor();
  const guarded = caller.guarded(type, handler);
  return caller.keep(hear(type, guarded));
}
