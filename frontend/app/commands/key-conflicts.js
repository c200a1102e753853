// @ts-check
/** Which commands would answer to one key. */

/** @typedef {import("./registry.js").Command} Command */
/** @typedef {import("./keymap.js").Keymap} Keymap */

/**
 * Return the other commands that a key of a command stands for too. Commands that say when they can be
 * used may share a key: the first that can be used is.
 * @param {Keymap} keymap @param {Command} command @param {string} key @returns {Command[]}
 */
export const conflictsOf = (keymap, command, key) =>
  keymap.commandsOf(key).filter((each) => each !== command && !each.isHidden && !(each.when || command.when));
