// @ts-check
/** What node types there are. Those of packs may come later, and are asked for again until then. */

import { schemaOf } from "../model/schema.js";
import { hear } from "../state/messages.js";

const AGAIN_MS = 3000;
const MOST_TRIES = 20;

/** @param {import("../app.js").App} app */
export async function start(app) {
  const follow = async () => {
    if ((await take(app)) !== "ready") again(app, MOST_TRIES);
  };
  hear("packs_changed", () => follow().catch(() => again(app, MOST_TRIES)));
  await follow();
}

/** @param {import("../app.js").App} app @returns {Promise<"ready" | "loading" | "late">} */
async function take(app) {
  const { packs, nodes } = await app.api.get("nodes");
  app.schema.value = schemaOf(nodes);
  return packs;
}

/** @param {import("../app.js").App} app @param {number} tries */
function again(app, tries) {
  setTimeout(async () => {
    const packs = await take(app).catch(() => "late");
    if (packs !== "ready" && tries > 1) again(app, tries - 1);
  }, AGAIN_MS);
}
