// @ts-check
/** The exposed inputs in their order: moved by dragging or by keys, described, taken back. */

import { html } from "htm/preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../../i18n.js";
import { describeExposed, moveExposed } from "../../model/edits/exposed.js";
import { removeExposed } from "../../model/edits/exposed-outputs.js";
import { IconButton } from "../../ui/command-button.js";
import { icon } from "../../ui/icons.js";
import { graphNow } from "../../ui/now.js";
import { Text } from "./parts.js";
import { placeAmong } from "./reorder.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {import("../../state/tab.js").Tab} Tab */
/** @typedef {import("../../model/document.js").ExposedInput} ExposedInput */
/** @typedef {{ from: number, to: number } | null} Drag */

/** @param {{ app: App, tab: Tab }} props */
export function ExposedList({ app, tab }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const [drag, setDrag] = useState(/** @type {Drag} */ (null));
  const inputs = graphNow(tab).inputs ?? [];
  const groups = [...new Set(inputs.flatMap((each) => each.group ?? []))];
  const move = (/** @type {number} */ from, /** @type {number} */ to) => {
    tab.store.commit("edit.order", moveExposed(tab.level, tab.graph, from, to));
    const place = Math.max(0, Math.min(inputs.length - 1, to));
    app.say(t("inspector.moved", { place: place + 1, count: inputs.length }));
    requestAnimationFrame(() => handleAt(list.current, place)?.focus());
  };
  const onDrag = (/** @type {PointerEvent} */ event, /** @type {number} */ from) =>
    dragRow(event, /** @type {HTMLElement} */ (list.current), from, setDrag, move);
  return html`<datalist id="exposed-groups">${groups.map((each) => html`<option key=${each} value=${each}></option>`)}</datalist>
    <ol class="exposed-list" ref=${list}>
      ${inputs.map(
        (
          each,
          index,
        ) => html`<${Row} key=${each.name} app=${app} tab=${tab} exposed=${each} index=${index} mark=${markAt(drag, index)}
          onMove=${move} onDrag=${onDrag} />`,
      )}
    </ol>`;
}

/** @param {HTMLElement | null} list @param {number} index */
const handleAt = (list, index) =>
  /** @type {HTMLElement | null | undefined} */ (list?.children[index]?.querySelector(".exposed-handle"));

/** Say where a dragged row would go. @param {Drag} drag @param {number} index */
function markAt(drag, index) {
  if (!drag) return "";
  if (index === drag.from) return "is-dragged";
  if (index !== drag.to) return "";
  return drag.to < drag.from ? "is-before" : "is-after";
}

/**
 * @param {PointerEvent} event @param {HTMLElement} list @param {number} from
 * @param {(drag: Drag) => void} setDrag @param {(from: number, to: number) => void} move
 */
function dragRow(event, list, from, setDrag, move) {
  if (event.button) return;
  const handle = /** @type {HTMLElement} */ (event.currentTarget);
  const stop = new AbortController();
  const { signal } = stop;
  let to = from;
  const end = () => {
    stop.abort();
    setDrag(null);
  };
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener(
    "pointermove",
    (moved) => {
      to = placeAmong(
        [...list.children].map((each) => each.getBoundingClientRect()),
        from,
        moved.clientY,
      );
      setDrag({ from, to });
    },
    { signal },
  );
  handle.addEventListener(
    "pointerup",
    () => {
      end();
      if (to !== from) move(from, to);
    },
    { signal },
  );
  handle.addEventListener("lostpointercapture", end, { signal });
}

/**
 * @param {{
 *   app: App, tab: Tab, exposed: ExposedInput, index: number, mark: string,
 *   onMove: (from: number, to: number) => void, onDrag: (event: PointerEvent, from: number) => void,
 * }} props
 */
function Row({ app, tab, exposed, index, mark, onMove, onDrag }) {
  const label = exposed.label || exposed.name;
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const way = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(index, index + way);
  };
  return html`<li class=${`exposed-row ${mark}`} data-exposed=${exposed.name}>
    <button type="button" class="exposed-handle" aria-label=${t("inspector.move", { label })} data-tip=${t("inspector.move-tip")}
      onKeyDown=${onKey} onPointerDown=${(/** @type {PointerEvent} */ event) => onDrag(event, index)}>${icon("drag")}</button>
    <details>
      <summary>
        <span class="exposed-label">${label}</span>
        ${exposed.group && html`<span class="exposed-group">${exposed.group}</span>`}
        <span class="exposed-chevron">${icon("chevron-right")}</span>
      </summary>
      <${Words} app=${app} tab=${tab} exposed=${exposed} index=${index} />
    </details>
  </li>`;
}

/** @param {{ app: App, tab: Tab, exposed: ExposedInput, index: number }} props */
function Words({ app, tab, exposed, index }) {
  const { level, store } = tab;
  const text =
    (/** @type {import("../../model/edits/exposed.js").Word} */ word) => (/** @type {string} */ typed) =>
      store.commit(
        "edit.exposed",
        describeExposed(level, tab.graph, index, word, typed),
        `${level} exposed ${index} ${word}`,
      );
  const [node] = exposed.targets[0] ?? [""];
  const go = () => {
    tab.face.value = "graph";
    tab.selection.set({ nodes: [node] });
    app.canvas.fit([node]);
  };
  return html`<div class="exposed-words">
    <${Text} label=${t("inspector.label")} value=${exposed.label ?? ""} placeholder=${exposed.name} onText=${text("label")} />
    <${Text} label=${t("inspector.group")} value=${exposed.group ?? ""} list="exposed-groups" onText=${text("group")} />
    <${Text} label=${t("inspector.help")} value=${exposed.description ?? ""} isLong=${true} onText=${text("description")} />
    <p class="exposed-foot">
      <code>${exposed.name}</code>
      <${IconButton} name="graph" label=${t("inspector.go")} onClick=${go} />
      <${IconButton} name="trash" label=${t("inspector.unexpose")}
        onClick=${() => store.commit("edit.unexpose", removeExposed(store.document, level, exposed.name))} />
    </p>
  </div>`;
}
