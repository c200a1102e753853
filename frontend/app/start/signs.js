// @ts-check
/** What is done first, by whatever means, says that somebody is there. */

const SIGNS = ["pointermove", "pointerdown", "wheel", "keydown", "focusin", "dragenter", "paste"];

/** Have what answers on the graph come then. @param {import("../app.js").App} app */
export function start(app) {
  const stop = new AbortController();
  const onSign = () => {
    stop.abort();
    app.graph.wantHands();
  };
  for (const sign of SIGNS) addEventListener(sign, onSign, { capture: true, signal: stop.signal });
}
