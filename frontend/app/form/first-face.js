// @ts-check
/** A phone shows the form of a workflow first, where it has one. */

import { effect } from "@preact/signals-core";
import { isPhone } from "../ui/layout.js";
import { hasForm } from "./fields.js";

/**
 * Choose the face of each tab when it is seen first.
 * @param {import("../app.js").App} app @returns {() => void} stops it
 */
export function chooseFaces(app) {
  const seen = new WeakSet();
  return effect(() => {
    const tab = app.workspace.active.value;
    if (!tab || seen.has(tab)) return;
    seen.add(tab);
    if (isPhone.peek() && hasForm(tab.store.document)) tab.face.value = "form";
  });
}
