// @ts-check
/** Opens what was open, keeps what is edited. */

import { effect } from "@preact/signals-core";
import { inOwnWords } from "../files/bundled-texts.js";
import { startDropping } from "../files/dropping.js";
import { language, t } from "../i18n.js";
import { emptyDocument } from "../model/document.js";
import { claimedBy, Keeper, tabFrom } from "../state/keeping.js";
import { ofThisWindow, recalled } from "../state/kept.js";
import { DatabaseTabs, MemoryTabs } from "../state/kept-tabs.js";
import { freshId, Tab } from "../state/tab.js";
import { thisWindow } from "../state/windows.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/kept-tabs.js").KeptTab} KeptTab */

/** A document that another page wants opened: `{ id, document }`. */
const GIVEN = "sfumato.open";
const FIRST = "text_to_image";

/** @param {App} app */
export async function start(app) {
  const [store, here] = await Promise.all([DatabaseTabs.open().catch(inMemory), thisWindow(ofThisWindow)]);
  let isFirstVisit = false;
  /** @type {string[]} */
  let windows = [];
  const claim = (/** @type {KeptTab[]} */ all) => {
    isFirstVisit = !all.length;
    const claimed = claimedBy(all, here);
    windows = all.filter((each) => claimed.some(({ id }) => id === each.id)).map((each) => each.window);
    return claimed;
  };
  const kept = await here.alone(() => store.claim(claim));
  here.claimed(windows.filter((each) => each !== here.id));
  const given = takeGiven();
  await openTabs(app, kept, given, isFirstVisit);
  followLanguage(app.workspace);
  const keeper = new Keeper(app.workspace, store, here.id, {
    tell: showStanding,
    fail: (problem) => {
      console.error(problem);
      app.notices.tell(t("keeping.failed"), "bad");
    },
  });
  here.onClaimed(() => keeper.becomeCopy(freshId()));
  document.addEventListener("visibilitychange", () => document.hidden && keeper.keep());
  addEventListener("pagehide", () => keeper.keep());
  keeper.keep();
  startDropping(app);
}

/** @param {import("../state/workspace.js").Workspace} workspace @returns {() => void} stops it */
export const followLanguage = ({ tabs }) =>
  effect(() => {
    for (const tab of tabs.value)
      if (tab.spoken !== null && tab.spoken !== language.value)
        import("../files/retelling.js").then(({ retell }) => retell(tab));
  });

/** @param {unknown} problem */
function inMemory(problem) {
  console.error(problem);
  return new MemoryTabs();
}

/**
 * @param {App} app @param {readonly KeptTab[]} kept
 * @param {{ id: string, document: import("../model/document.js").WorkflowDocument } | null} given
 * @param {boolean} isFirstVisit
 */
async function openTabs({ workspace, api }, kept, given, isFirstVisit) {
  const tabs = kept.map(tabFrom);
  for (const each of tabs) workspace.open(each);
  const active = kept.findIndex((each) => each.isActive);
  if (tabs[active]) workspace.show(tabs[active].id);
  if (given && !tabs.some((each) => each.id === given.id))
    workspace.open(new Tab(given.document, { id: given.id }));
  if (workspace.tabs.value.length) return;
  const first = isFirstVisit ? await api.get(`workflows/${FIRST}`).catch(() => null) : null;
  if (!first) return void workspace.open(new Tab(emptyDocument()));
  const { document, spoken } = await inOwnWords(first.document);
  workspace.open(new Tab(document, { spoken })).face.value = "form";
}

function takeGiven() {
  const given = recalled(ofThisWindow, GIVEN, /** @type {any} */ ({}));
  ofThisWindow.removeItem(GIVEN);
  return given.id ? given : null;
}

/**
 * Say on the page how far things are kept, for those who wait for it.
 * @param {import("../state/keeping.js").Standing} standing
 */
function showStanding({ changes, kept }) {
  const { dataset } = document.documentElement;
  dataset.version = String(changes);
  dataset.kept = String(kept);
}
