// @ts-check
/** What the parts of the editor are, as types; `main.js` makes them. */

/**
 * @typedef {{
 *   api: import("./api/client.js").Client,
 *   workspace: import("./state/workspace.js").Workspace,
 *   readonly tab: import("./state/tab.js").Tab,
 *   schema: import("@preact/signals-core").Signal<import("./model/schema.js").Schema>,
 *   types: import("./start/node-types.js").NodeTypes,
 *   graph: import("./state/graph-place.js").GraphPlace,
 *   canvas: import("./surface/canvas.js").Canvas,
 *   runs: import("./state/runs.js").Runs,
 *   commands: import("./commands/registry.js").Commands,
 *   keymap: import("./commands/keymap.js").Keymap,
 *   notices: import("./ui/notices.js").Notices,
 *   settings: import("./state/settings.js").Settings,
 *   queue: import("./state/queue.js").Queue,
 *   running: import("./state/running.js").Running,
 *   problems: import("./state/problems.js").Problems,
 *   panels: import("./panels/registry.js").Panels,
 *   overlays: import("./ui/overlays.js").Overlays,
 *   pictures: import("./state/pictures.js").Pictures,
 *   controlOf: (nodeId: string, input: import("./model/schema.js").Input) => import("./widgets/registry.js").Control,
 *   say: (text: string) => void,
 *   voice: import("./start/voice.js").Voice,
 *   gestures: import("./gestures/machine.js").Gestures,
 *   linking: import("@preact/signals-core").Signal<import("./geometry/hit-test.js").Socket | null>,
 *   isSpaceHeld: boolean,
 * }} App
 *   tab: the active one; say: to screen readers what was done; linking: the socket that a link is dragged from.
 */

export {};
