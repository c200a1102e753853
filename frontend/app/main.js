// @ts-check
/** Makes the parts of the editor and puts them together. */

import { signal } from "@preact/signals";
import { html, render } from "htm/preact";
import { Client } from "./api/client.js";
import { ON_EITHER } from "./commands/all.js";
import { Keymap } from "./commands/keymap.js";
import { Commands } from "./commands/registry.js";
import { useLanguage } from "./i18n.js";
import { schemaOf } from "./model/schema.js";
import { PANELS } from "./panels/all.js";
import { Panels } from "./panels/registry.js";
import { start as startAppearance } from "./start/appearance.js";
import { start as startChecking } from "./start/checking.js";
import { start as startDocuments } from "./start/documents.js";
import { start as startKeyboard } from "./start/keyboard.js";
import { NodeTypes, start as startNodeTypes } from "./start/node-types.js";
import { start as startRunning } from "./start/running.js";
import { start as startSigns } from "./start/signs.js";
import { Voice } from "./start/voice.js";
import { controlOf } from "./state/control.js";
import { GraphPlace } from "./state/graph-place.js";
import { lasting } from "./state/kept.js";
import { Pictures } from "./state/pictures.js";
import { Problems } from "./state/problems.js";
import { Queue } from "./state/queue.js";
import { Runs } from "./state/runs.js";
import { Settings } from "./state/settings.js";
import { Workspace } from "./state/workspace.js";
import { Notices } from "./ui/notices.js";
import { Overlays } from "./ui/overlays.js";
import { Shell } from "./ui/shell.js";
import "./ui/all-overlays.js";

/** @typedef {import("./app.js").App} App */

/** @returns {App} */
function makeApp() {
  const commands = new Commands();
  const workspace = new Workspace();
  const voice = new Voice((text) => {
    const region = document.getElementById("live");
    if (region) region.textContent = text;
  });
  const prefix = () => {
    const tab = workspace.active.value;
    return tab ? `${tab.id}/${tab.way.value.map((each) => `${each}:`).join("")}` : "";
  };
  const app = /** @type {App} */ (
    /** @type {unknown} */ ({
      api: new Client(),
      workspace,
      get tab() {
        return /** @type {import("./state/tab.js").Tab} */ (workspace.active.value);
      },
      schema: signal(schemaOf([], new Set())),
      graph: new GraphPlace(),
      runs: new Runs(prefix),
      commands,
      keymap: new Keymap(commands, lasting),
      notices: new Notices(),
      settings: new Settings(lasting),
      queue: new Queue(),
      problems: new Problems(),
      panels: new Panels(),
      overlays: new Overlays(),
      linking: signal(null),
      isSpaceHeld: false,
      controlOf: (/** @type {string} */ nodeId, /** @type {import("./model/schema.js").Input} */ input) =>
        controlOf(app, nodeId, input),
      voice,
      say: (/** @type {string} */ text) => voice.say(text),
    })
  );
  app.types = new NodeTypes(app);
  app.pictures = new Pictures(app);
  return app;
}

async function start() {
  const app = makeApp();
  startSigns(app);
  app.commands.add(ON_EITHER);
  app.panels.add(PANELS);
  const wanted = app.settings.get("language");
  await Promise.all([
    useLanguage(wanted === "system" ? navigator.language : wanted),
    startAppearance(app),
    startNodeTypes(app, () => startDocuments(app)),
  ]);
  startRunning(app);
  render(html`<${Shell} app=${app} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
  startChecking(app);
  startKeyboard(app);
  const { start: startExtensions } = await import("./start/extensions.js");
  await startExtensions(app);
}

start();
