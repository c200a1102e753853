// @ts-check
/** Everything that one can do, as data: menus, the palette, keys and the key sheet are made of it. */

/** @typedef {import("../app.js").App} App */
/**
 * @typedef {{
 *   id: string,
 *   group: "file" | "edit" | "view" | "graph" | "node" | "link" | "run" | "panel" | "help",
 *   keys?: readonly string[],
 *   on?: "surface" | "anywhere",
 *   menus?: readonly ("canvas" | "node" | "socket" | "link" | "frame" | "dot" | "main")[],
 *   isHidden?: boolean,
 *   isNative?: boolean,
 *   title?: string,
 *   when?: (app: App, argument?: any) => boolean,
 *   isOn?: (app: App) => boolean,
 *   run: (app: App, argument?: any) => unknown,
 * }} Command
 *   Its title is `command.ID` of the locale, or `title` for commands of packs. `keys` are names such
 *   as "Ctrl+Shift+Z", "Delete", "."; Ctrl is Command on a Mac. `on`: single keys work on the surface
 *   alone (the default), others anywhere. `isNative`: the browser acts on
 *   the command's own keys. `argument`: what a menu was opened on.
 */

/** @type {readonly Command["group"][]} in which order they stand */
export const GROUPS = ["file", "edit", "view", "graph", "node", "link", "run", "panel", "help"];

/** Compare what is of groups. @param {{ group: Command["group"] }} a @param {{ group: Command["group"] }} b */
export const byGroup = (a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group);

export class Commands {
  /** @type {Map<string, Command>} */
  #all = new Map();

  /** @param {readonly Command[]} commands */
  add(commands) {
    for (const each of commands) {
      if (this.#all.has(each.id)) throw new Error(`There are two commands "${each.id}".`);
      this.#all.set(each.id, each);
    }
  }

  /** @param {string} id */
  remove(id) {
    this.#all.delete(id);
  }

  /** @param {string} id */
  get(id) {
    return this.#all.get(id);
  }

  /** @returns {Command[]} */
  all() {
    return [...this.#all.values()];
  }

  /**
   * Run a command, if it can be run now; say whether it was.
   * @param {App} app @param {string} id @param {any} [argument]
   */
  run(app, id, argument) {
    const command = this.#all.get(id);
    if (!command || (command.when && !command.when(app, argument))) return false;
    try {
      const outcome = command.run(app, argument);
      if (outcome instanceof Promise) outcome.catch((problem) => app.notices.problem(problem));
    } catch (problem) {
      app.notices.problem(problem);
    }
    return true;
  }
}
