// @ts-check
/** What a workflow was before: each saved revision, what it looks like, what differs from now. */

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useMemo } from "preact/hooks";
import { encoded } from "../api/client.js";
import { openIn } from "../files/opening.js";
import { t } from "../i18n.js";
import { admitted } from "../model/admitting.js";
import { replaceBy } from "../model/edits/whole.js";
import { Tab } from "../state/tab.js";
import { Window } from "./dialog.js";
import { Changes, changesOf } from "./difference.js";
import { timeText } from "./readable.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {{ revision: number, time: number, how: "saved" | "found" | "restored" | "deleted", title: string }} Revision */

class Revisions {
  list = signal(/** @type {readonly Revision[] | null} */ (null));
  chosen = signal(/** @type {Revision | null} */ (null));
  document = signal(/** @type {WorkflowDocument | null} */ (null));

  /** @param {App} app @param {string} name */
  constructor(app, name) {
    this.app = app;
    this.path = `workflows/${encoded(name)}/revisions`;
  }

  async load() {
    try {
      const answer = await this.app.api.get(this.path, { limit: 200 });
      this.list.value = /** @type {Revision[]} */ (answer.items).filter((each) => each.how !== "deleted");
      if (this.list.value[0]) this.choose(this.list.value[0]);
    } catch (problem) {
      this.list.value = [];
      this.app.notices.problem(problem);
    }
  }

  /** @param {Revision} revision */
  async choose(revision) {
    this.chosen.value = revision;
    this.document.value = null;
    try {
      const opened = await this.app.api.get(`${this.path}/${revision.revision}`);
      if (this.chosen.value === revision) this.document.value = admitted(opened.document);
    } catch (problem) {
      this.app.notices.problem(problem);
    }
  }
}

/** @param {{ overlay: import("./overlays.js").Overlay, app: App, close: () => void }} props */
export default function RevisionsDialog({ overlay, app, close }) {
  const name = String(overlay.given.name);
  const revisions = useMemo(() => new Revisions(app, name), [name]);
  useEffect(() => {
    revisions.load();
  }, [name]);
  const list = revisions.list.value;
  return html`<${Window} title=${t("revisions.title", { name })} close=${close} class="dialog-wide">
    <div class="split">
      <div class="split-side revision-list" role="group" aria-label=${t("revisions.list")}>
        ${list?.map((each) => html`<${OneRevision} key=${each.revision} revisions=${revisions} revision=${each} />`)}
      </div>
      <${Chosen} app=${app} name=${name} revisions=${revisions} close=${close} />
    </div>
  <//>`;
}

/** @param {{ revisions: Revisions, revision: Revision }} props */
function OneRevision({ revisions, revision }) {
  return html`<button type="button" class="revision" data-revision=${revision.revision}
    aria-pressed=${revisions.chosen.value === revision} onClick=${() => revisions.choose(revision)}>
    <span>${timeText(revision.time)}</span>
    <span class="revision-how">${revision.revision} · ${t(`revisions.${revision.how}`)}</span>
  </button>`;
}

/** @param {{ app: App, name: string, revisions: Revisions, close: () => void }} props */
function Chosen({ app, name, revisions, close }) {
  const document = revisions.document.value;
  const revision = revisions.chosen.value;
  const tab = app.workspace.named(name);
  if (!document || !revision) return html`<div class="split-main"></div>`;
  const restore = () => {
    tab?.store.commit("edit.restore", replaceBy(tab.store.document, document));
    if (tab) app.workspace.show(tab.id);
    close();
  };
  const openCopy = () => {
    openIn(app, new Tab(document));
    close();
  };
  return html`<div class="split-main">
    <${Thumbnail} app=${app} of=${document} load=${() => Promise.resolve(document)} class="revision-preview" />
    ${tab && html`<p class="change-lead">${t("revisions.now")}</p>`}
    ${tab && html`<${Changes} changes=${changesOf(app, document, tab.store.document)} nothing=${t("revisions.same")} />`}
    <div class="dialog-foot">
      <button type="button" class="button" onClick=${openCopy}>${t("revisions.copy")}</button>
      ${tab && html`<button type="button" class="button is-main" onClick=${restore}>${t("revisions.restore")}</button>`}
    </div>
  </div>`;
}
