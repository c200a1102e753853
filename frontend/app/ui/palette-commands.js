// @ts-check
/** Everything that one can do, for the palette: commands, settings, nodes of the graph, node types. */

import { byGroup } from "../commands/registry.js";
import { hasText, t } from "../i18n.js";
import { fuzzyPlaces, matchAny } from "../model/fuzzy.js";
import { addableTypes, searchTypes } from "../model/node-search.js";
import { habits, rememberUse } from "../state/habits.js";
import { SETTINGS } from "../state/settings.js";
import { addNodeOf } from "./add-node.js";
import { titleOf } from "./command-button.js";
import { goToNode } from "./go-to.js";
import { entryOfType } from "./palette-nodes.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./palette.js").Entry} Entry */
/** @typedef {Entry & { words?: string, weight?: number }} Weighted */

const MOST = 60;
/** Before a command's id among what one uses. */
const COMMAND = "command ";
const MOST_TYPES = 8;
/** Without a query commands stand alone; with one, nodes and types come after as good commands. */
const NODE = 0.9;
const TYPE = 0.85;
const SETTING = 0.95;

/** @param {App} app @returns {import("./palette.js").Source} */
export function commandSource(app) {
  const commands = commandEntries(app);
  const rest = [...settingEntries(app), ...nodeEntries(app)];
  return {
    label: t("palette.commands"),
    entries: (query) => {
      if (!query.trim()) return [...commands].sort((a, b) => usedOf(b) - usedOf(a));
      return [...commands, ...rest, ...typeEntries(app, query)]
        .map((entry) => ({ entry, score: scoreOf(query, entry) }))
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .slice(0, MOST)
        .map(({ entry }) => ({ ...entry, places: fuzzyPlaces(query, entry.title) }));
    },
  };
}

/** @param {Entry} entry  of a command */
const usedOf = ({ id }) => habits().uses[COMMAND + id] ?? 0;

/** @param {string} query @param {Weighted} entry */
const scoreOf = (query, { title, words = "", weight = 1 }) =>
  weight * matchAny(query, [{ text: title }, { text: words, weight: 0.8, isLoose: false }]);

/** @param {App} app @returns {Weighted[]} */
function commandEntries(app) {
  return app.commands
    .all()
    .toSorted(byGroup)
    .filter((each) => !each.isHidden && each.id !== "palette.open" && (!each.when || each.when(app)))
    .map((each) => ({
      id: each.id,
      title: titleOf(each),
      words: `${each.id} ${t(`group.${each.group}`)}`,
      hint: t(`group.${each.group}`),
      keys: app.keymap.keysOf(each)[0],
      icon: each.isOn?.(app) ? "check" : "chevron-right",
      pick: () => {
        rememberUse(COMMAND + each.id);
        app.commands.run(app, each.id);
      },
    }));
}

/** @param {App} app @returns {Weighted[]} */
function settingEntries(app) {
  const entry = (/** @type {string} */ id, /** @type {unknown} */ value, /** @type {string} */ title) => ({
    id: `setting.${id}.${value}`,
    title,
    hint: t("palette.setting"),
    icon: app.settings.get(id) === value ? "check" : "settings",
    weight: SETTING,
    pick: () => app.settings.set(id, value),
  });
  return SETTINGS.flatMap(({ id, kind, choices = [] }) => {
    const label = t(`setting.${id}`);
    if (kind === "bool") {
      const isOn = app.settings.get(id);
      return [entry(id, !isOn, t(isOn ? "palette.turn-off" : "palette.turn-on", { setting: label }))];
    }
    if (kind !== "choice") return [];
    return choices.map((each) => {
      const key = `setting.${id}.${each}`;
      return entry(id, each, `${label}: ${hasText(key) ? t(key) : each}`);
    });
  });
}

/** @param {App} app @returns {Weighted[]} */
function nodeEntries(app) {
  return [...app.canvas.index.nodes.values()].map(({ id, node, spec }) => ({
    id: `node.${id}`,
    title: node.title || spec.title,
    words: `${spec.title} ${id}`,
    hint: `${t("palette.node")} ${id}`,
    icon: "graph",
    weight: NODE,
    pick: () => goToNode(app, [...app.tab.way.peek(), id].join(":")),
  }));
}

/** @param {App} app @param {string} query @returns {Weighted[]} */
function typeEntries(app, query) {
  const { tab } = app;
  const specs = addableTypes(app.schema.peek(), tab.store.document, tab.level);
  return searchTypes(specs, query, null, habits())
    .slice(0, MOST_TYPES)
    .map(({ spec }) => ({
      ...entryOfType(spec, query),
      id: `type.${spec.id}`,
      title: spec.title,
      words: query,
      hint: t("palette.add"),
      icon: "plus",
      pin: undefined,
      weight: TYPE,
      pick: () => addNodeOf(app, spec, app.canvas.middle),
    }));
}
