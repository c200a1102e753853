// @ts-check
/** The palette and the sheet of keys. */

import { typedMeanwhile } from "../ui/type-ahead.js";

/** @type {import("./registry.js").Command[]} */
export const HELP = [
  {
    id: "palette.open",
    group: "help",
    keys: ["Ctrl+K"],
    on: "anywhere",
    menus: ["main"],
    run: (app) => {
      app.overlays.show({
        kind: "palette",
        isModal: true,
        given: { mode: "commands", typed: typedMeanwhile() },
      });
    },
  },
  {
    id: "help.keys",
    group: "help",
    keys: ["?", "Ctrl+Shift+K"],
    menus: ["main"],
    run: (app) => app.overlays.show({ kind: "key-sheet", isModal: true }),
  },
];
