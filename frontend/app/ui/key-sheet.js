// @ts-check
/** Every command with its keys, by group. A click on keys, and the next ones pressed stand for the command. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { conflictsOf } from "../commands/key-conflicts.js";
import { keyName } from "../commands/keymap.js";
import { PRESETS } from "../commands/presets.js";
import { byGroup } from "../commands/registry.js";
import { t } from "../i18n.js";
import { matchAny } from "../model/fuzzy.js";
import { entryOf } from "../model/maps.js";
import { typeWord } from "../model/types.js";
import { IconButton, keyText, titleOf } from "./command-button.js";
import { Window } from "./dialog.js";
import { icon } from "./icons.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../commands/registry.js").Command} Command */

/** @param {{ app: App, close: () => void }} props */
export default function KeySheet({ app, close }) {
  const [query, setQuery] = useState("");
  const [editing, setEditing] = useState("");
  const field = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => field.current?.focus(), []);
  const groups = grouped(app, query);
  return html`<${Window} title=${t("keys.title")} close=${close} class="key-sheet">
    <div class="key-tools">
      <input class="field" type="search" aria-label=${t("keys.search")} placeholder=${t("keys.search")} value=${query}
        ref=${field} onInput=${(/** @type {InputEvent} */ event) => setQuery(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
      <${Presets} app=${app} />
      <button type="button" class="button" disabled=${!Object.keys(app.keymap.own.value).length}
        onClick=${() => app.keymap.reset()}>${t("keys.reset")}</button>
    </div>
    <div class="key-scroll"><div class="key-groups">
      ${[...groups].map(
        ([group, commands]) => html`<section key=${group} class="key-group">
          <h3>${t(`group.${group}`)}</h3>
          ${commands.map(
            (each) => html`<${Row} key=${each.id} app=${app} command=${each} isEditing=${editing === each.id}
              edit=${(/** @type {boolean} */ isOn) => setEditing(isOn ? each.id : "")} />`,
          )}
        </section>`,
      )}
      ${!groups.size && html`<p class="palette-none">${t("palette.none")}</p>`}
      ${!query && html`<${Legend} app=${app} />`}
    </div></div>
  <//>`;
}

/** @param {App} app @param {string} query @returns {Map<string, Command[]>} */
function grouped(app, query) {
  /** @type {Map<string, Command[]>} */
  const groups = new Map();
  for (const each of app.commands.all().toSorted(byGroup)) {
    if (each.isHidden) continue;
    const texts = [
      { text: titleOf(each) },
      { text: app.keymap.keysOf(each).join(" "), isLoose: false },
      { text: t(`group.${each.group}`), isLoose: false },
    ];
    if (!query.trim() || matchAny(query, texts)) entryOf(groups, each.group, () => []).push(each);
  }
  return groups;
}

/** @param {{ app: App }} props */
function Presets({ app }) {
  const now = app.settings.get("keys");
  return html`<div class="segments" role="group" aria-label=${t("keys.preset")}>
    ${Object.keys(PRESETS).map(
      (each) => html`<button key=${each} type="button" aria-pressed=${each === now}
        onClick=${() => app.settings.set("keys", each)}>${t(`keys.preset.${each}`)}</button>`,
    )}
  </div>`;
}

/** @param {{ app: App, command: Command, isEditing: boolean, edit: (isOn: boolean) => void }} props */
function Row({ app, command, isEditing, edit }) {
  const { keymap } = app;
  const keys = keymap.keysOf(command);
  const isOwn = command.id in keymap.own.value;
  const others = keys.flatMap((key) => conflictsOf(keymap, command, key));
  const title = titleOf(command);
  return html`<div class="key-row" data-command=${command.id}>
    <span class="key-title">${title}</span>
    ${
      others.length > 0 &&
      html`<span class="key-conflict" data-tip=${t("keys.conflict", { other: titleOf(others[0]) })}>${icon("warning")}
        <span class="visually-hidden">${t("keys.conflict", { other: titleOf(others[0]) })}</span></span>`
    }
    ${
      isEditing
        ? html`<${Recorder} app=${app} command=${command} done=${() => edit(false)} />`
        : html`<button type="button" class="key-keys" aria-label=${t("keys.change", { title })} onClick=${() => edit(true)}>
            ${keys.map((each) => html`<kbd key=${each}>${keyText(each)}</kbd>`)}
            ${!keys.length && html`<span class="key-none">${t("keys.none")}</span>`}
          </button>`
    }
    ${
      isOwn &&
      html`<${IconButton} name="undo" label=${t("keys.usual")} onClick=${() => keymap.choose(command.id, undefined)} />`
    }
  </div>`;
}

/** Takes the next keys. @param {{ app: App, command: Command, done: () => void }} props */
function Recorder({ app, command, done }) {
  const field = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => field.current?.focus(), []);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    event.preventDefault();
    event.stopPropagation();
    const key = keyName(event);
    if (!key) return;
    if (key === "Backspace") app.keymap.choose(command.id, []);
    else if (key !== "Escape") app.keymap.choose(command.id, [key]);
    const row = field.current?.closest(".key-row");
    done();
    // where it was recorded, its keys are seen now
    requestAnimationFrame(() =>
      /** @type {HTMLElement | null | undefined} */ (row?.querySelector(".key-keys"))?.focus(),
    );
  };
  return html`<button type="button" class="key-keys is-recording" ref=${field} onKeyDown=${onKey} onBlur=${done}>
    ${t("keys.press")}
  </button>`;
}

/** What the colours and shapes of sockets mean. @param {{ app: App }} props */
function Legend({ app }) {
  const types = new Set(
    [...app.schema.value.values()].flatMap((spec) => (spec.outputs ?? []).map((each) => each.type)),
  );
  return html`<section class="key-group">
    <h3>${t("keys.types")}</h3>
    <ul class="key-legend">
      ${[...types]
        .sort()
        .map(
          (each) =>
            html`<li key=${each}><span class=${`socket type-${typeWord(each)}`}></span>${each === "*" ? t("keys.any-type") : each}</li>`,
        )}
    </ul>
  </section>`;
}
