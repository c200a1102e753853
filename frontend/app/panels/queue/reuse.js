// @ts-check
/** Opens what a job has run, as it ran it. */

import { withValues } from "../../model/given-values.js";
import { Tab } from "../../state/tab.js";

/** @typedef {import("../../state/queue.js").Job} Job */

/** @param {import("../../app.js").App} app @param {Job} job */
export async function reuse(app, job) {
  const document = await app.api.get(`jobs/${job.id}/document`);
  const tab = new Tab(withValues(document, job.values ?? {}), { saved: null });
  tab.face.value = "graph";
  app.workspace.open(tab);
}
