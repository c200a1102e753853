// @ts-check
/** What answers on the graph: gestures, commands, keys, the clipboard. Its drawing does without. */

import { followClipboard } from "../commands/edit.js";
import { OF_GRAPH } from "../commands/of-graph.js";
import { idle } from "../gestures/idle.js";
import { listen } from "../gestures/listening.js";
import { Gestures } from "../gestures/machine.js";
import { start as startFocus } from "../start/focus.js";
import { start as startPictures } from "../start/pictures.js";
import { startExposeButton } from "../surface/expose-button.js";
import { followFocus } from "./pointer.js";
import "./graph-face.js";

/**
 * What the page has with a graph stays as long as the page.
 * @param {import("../app.js").App} app @param {HTMLElement} host @returns {() => void} ends what hears the host
 */
export function startHands(app, host) {
  app.gestures = new Gestures(app, host, idle);
  const stops = [listen(app, host), startExposeButton(app, host), () => app.gestures.close()];
  app.commands.add(OF_GRAPH);
  startPictures(app);
  startFocus(app);
  followFocus();
  followClipboard(app);
  host.dataset.answers = "";
  // what works with node types awaits both
  app.types.all().then(() => app.graph.arrived());
  return () => {
    for (const stop of stops) stop();
  };
}
