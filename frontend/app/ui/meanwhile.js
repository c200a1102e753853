// @ts-check
/**
 * What is done to the graph before what answers it is there: kept in its order, and done again then.
 * The graph is drawn first; gestures, commands and keys come with the first thing that a person does.
 */

/** @typedef {import("../app.js").App} App */
/** @typedef {{ app: App, host: HTMLElement }} Graph  host: where it is drawn */

/** What the browser does by them by itself, such as going into a field, stays. */
const POINTER = ["pointerdown", "pointermove", "pointerup", "pointercancel"];
const MOUSE = ["click", "dblclick", "contextmenu", "wheel"];
const FIELDS = "input, textarea, select, [contenteditable]";
/** What takes plain keys for itself. */
const OWN = `${FIELDS}, button, a`;
/** Keys that the browser is never kept from: the first of these with Ctrl. */
const WITH_CTRL = new Set(["r", "t", "w", "n", "l", "q", "c", "x", "v", "tab"]);
const ALONE = new Set(["control", "meta", "shift", "alt", "f5", "f11", "f12"]);

/**
 * Have what answers come when it is wanted first; nothing that is done meanwhile is lost.
 * @param {Graph} graph @param {() => Promise<() => void>} load  gives what takes it away
 * @returns {() => void} takes it away
 */
export function comeWhenWanted(graph, load) {
  const meanwhile = new Meanwhile(graph);
  const come = async () => {
    const leave = await load();
    meanwhile.end();
    return leave;
  };
  /** @type {Promise<(() => void) | void> | null} */
  let coming = null;
  const stop = graph.app.graph.areHandsWanted.subscribe((areWanted) => {
    if (!areWanted) return;
    coming ??= come().catch((problem) => {
      graph.app.notices.problem(problem);
    });
  });
  return () => {
    stop();
    meanwhile.close();
    coming?.then((leave) => leave?.());
  };
}

class Meanwhile {
  #stop = new AbortController();
  /** @type {{ event: Event, target: EventTarget | null }[]} */
  #kept = [];

  /** @param {Graph} graph */
  constructor(graph) {
    this.graph = graph;
    this.#start();
  }

  /** @param {string} name @param {(event: any) => void} act */
  #hear(name, act) {
    addEventListener(name, act, { capture: true, passive: false, signal: this.#stop.signal });
  }

  #start() {
    const { host } = this.graph;
    const isOnGraph = (/** @type {Event} */ { target }) => target instanceof Node && host.contains(target);
    for (const name of POINTER) this.#hear(name, (event) => isOnGraph(event) && this.#take(event));
    for (const name of MOUSE) this.#hear(name, (event) => isOnGraph(event) && this.#take(event, true));
    for (const name of ["keydown", "keyup"]) this.#hear(name, (event) => this.#onKey(event));
    for (const name of ["focusin", "paste"]) this.#hear(name, (event) => this.#keep(event));
  }

  /** Keep nothing more. */
  close() {
    this.#stop.abort();
  }

  /** Do all again. */
  end() {
    this.close();
    for (const { event, target } of this.#kept) target?.dispatchEvent(event);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (isForGraph(this.graph, event)) this.#take(event, true);
    // which key it was that the focus or a paste came by
    else if (/^(tab|v)$/i.test(event.key)) this.#keep(event);
  }

  /** @param {Event} event @param {boolean} [isInstead]  of what the browser does */
  #take(event, isInstead = false) {
    this.#keep(event);
    if (isInstead) event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {Event} event */
  #keep(event) {
    this.#kept.push({ event: copyOf(event), target: event.target });
  }
}

/** @param {Graph} graph @param {KeyboardEvent} event */
function isForGraph({ app, host }, { key, ctrlKey, metaKey, target }) {
  const isElsewhere = app.overlays.open.peek().length > 0 || document.querySelector("dialog[open]");
  const name = key.toLowerCase();
  if (isElsewhere || host.closest("[inert]") || ALONE.has(name)) return false;
  const element = /** @type {Element} */ (target);
  // who does not point goes on by Tab, as the browser does it
  if (name === "tab" && !host.matches(":hover")) return false;
  if (ctrlKey || metaKey) return !WITH_CTRL.has(name) && !element.closest(FIELDS);
  return element === document.body || (host.contains(element) && !element.closest(OWN));
}

/** @param {Event} event @returns {Event} */
function copyOf(event) {
  const Kind = /** @type {typeof Event} */ (event.constructor);
  if (!(event instanceof ClipboardEvent)) return new Kind(event.type, event);
  const { bubbles, cancelable, clipboardData } = event;
  return new ClipboardEvent(event.type, { bubbles, cancelable, clipboardData: contentsOf(clipboardData) });
}

/** What is pasted can be read while it is pasted alone. @param {DataTransfer | null} given */
function contentsOf(given) {
  const contents = new DataTransfer();
  for (const type of given?.types ?? [])
    if (type !== "Files") contents.setData(type, given?.getData(type) ?? "");
  for (const file of given?.files ?? []) contents.items.add(file);
  return contents;
}
