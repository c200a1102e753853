// @ts-check
/** The clipboard, how one came to the surface, and the set of keys that a person has chosen. */

import { effect } from "@preact/signals-core";
import { followClipboard } from "../commands/edit.js";
import { followFocus } from "../ui/pointer.js";

/** @param {import("../app.js").App} app */
export function start(app) {
  followFocus();
  followClipboard(app);
  effect(() => {
    app.keymap.preset.value = app.settings.get("keys");
  });
}
