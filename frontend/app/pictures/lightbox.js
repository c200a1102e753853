// @ts-check
/** One picture, as large as the window, with what is known of it; others of its kind are a key away. */

import { html } from "htm/preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { fullAddress, shortName } from "../state/picture-files.js";
import { CommandButton, IconButton } from "../ui/command-button.js";
import { About, useKnown } from "./about.js";
import { useKeys } from "./keys.js";
import { STEP, Zoom } from "./zoom.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/runs.js").Picture} Picture */
/**
 * @typedef {{ pictures: readonly Picture[], index: number, total?: number, load?: (index: number) => Promise<Picture | undefined> }} Given
 *   load: those that are not among the pictures
 */

const KIND = "lightbox";
const ABOUT = "sfumato.lightbox.about";

/** @param {{ overlay: import("../ui/overlays.js").Overlay, app: App, close: () => void }} props */
export default function Lightbox({ overlay, app, close }) {
  const given = /** @type {Given} */ (overlay.given);
  const { picture, index, total, go } = useRow(app, given);
  const [isTold, setTold] = useState(localStorage.getItem(ABOUT) !== "no");
  const [size, setSize] = useState(/** @type {{ width: number, height: number } | null} */ (null));
  const zoom = useRef(/** @type {Zoom | null} */ (null));
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const known = useKnown(app, picture);
  useEffect(() => root.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    if (!total) close();
  }, [total]);
  const tell = () => {
    localStorage.setItem(ABOUT, isTold ? "no" : "yes");
    setTold(!isTold);
  };
  useKeys(app, KIND, (event, isTyped) => {
    if (isTyped || event.ctrlKey || event.metaKey || event.altKey) return false;
    /** @type {Record<string, () => unknown>} */
    const keys = {
      Escape: close,
      ArrowLeft: () => go(index - 1),
      ArrowRight: () => go(index + 1),
      Home: () => go(0),
      End: () => go(total - 1),
      "+": () => zoom.current?.by(STEP),
      "=": () => zoom.current?.by(STEP),
      "-": () => zoom.current?.by(1 / STEP),
      0: () => zoom.current?.fit(),
      1: () => zoom.current?.actual(),
      i: tell,
      Delete: () => app.commands.run(app, "picture.delete", about),
    };
    keys[event.key]?.();
    return event.key in keys;
  });
  if (!picture) return null;
  const about = { pictures: [picture], index: 0 };
  return html`<div class="lightbox" role="dialog" aria-modal="true" aria-label=${t("picture.big")} tabindex="-1" ref=${root}>
    <div class="picture-bar">
      <h2 class="picture-name" title=${picture.name}>${shortName(picture)}</h2>
      ${total > 1 && html`<span class="picture-count">${t("picture.place", { number: index + 1, total })}</span>`}
      <span class="picture-space"></span>
      <${ZoomButtons} zoom=${zoom} />
      <span class="picture-line"></span>
      ${picture.file && html`<${Deeds} app=${app} about=${about} hasWorkflow=${known.has_workflow} />`}
      <${IconButton} name="info" label=${t("picture.about")} keys="I" aria-pressed=${isTold} onClick=${tell} />
      <${IconButton} name="close" label=${t("dialog.close")} keys="Escape" onClick=${close} />
    </div>
    <div class="lightbox-inside">
      <${Stage} picture=${picture} zoom=${zoom} onSize=${setSize}>
        ${index > 0 && html`<${IconButton} name="chevron-left" class="lightbox-go is-left" label=${t("picture.before")} keys="←" onClick=${() => go(index - 1)} />`}
        ${index < total - 1 && html`<${IconButton} name="chevron-right" class="lightbox-go is-right" label=${t("picture.next")} keys="→" onClick=${() => go(index + 1)} />`}
      <//>
      ${isTold && html`<${About} app=${app} picture=${picture} known=${known} size=${size} />`}
    </div>
  </div>`;
}

/**
 * Follow where one is in a row of pictures, without those that were deleted meanwhile.
 * @param {App} app @param {Given} given
 */
function useRow(app, given) {
  const [index, setIndex] = useState(given.index);
  const [loaded, setLoaded] = useState(/** @type {Picture | undefined} */ (undefined));
  const gone = app.pictures.gone.value;
  const goneAtFirst = useMemo(() => gone.size, []);
  const goneSince = gone.size - goneAtFirst;
  const pictures = given.load ? given.pictures : given.pictures.filter((each) => !gone.has(each.address));
  const total = (given.total ?? pictures.length) - (given.load ? goneSince : 0);
  const place = Math.max(0, Math.min(index, total - 1));
  // others come to the place of what was deleted
  const own = given.load && goneSince ? undefined : pictures[place];
  useEffect(() => {
    let isWanted = true;
    if (!own) given.load?.(place).then((found) => isWanted && setLoaded(found));
    return () => {
      isWanted = false;
    };
  }, [place, gone]);
  const picture = own ?? loaded;
  const go = (/** @type {number} */ next) => {
    if (next >= 0 && next < total) setIndex(next);
  };
  return { picture, index: place, total, go };
}

/** @param {{ zoom: { current: Zoom | null } }} props */
export const ZoomButtons = ({
  zoom,
}) => html`<${IconButton} class="picture-zoom" name="minus" label=${t("picture.smaller")} keys="-" onClick=${() => zoom.current?.by(1 / STEP)} />
  <${IconButton} class="picture-zoom" name="plus" label=${t("picture.larger")} keys="+" onClick=${() => zoom.current?.by(STEP)} />
  <${IconButton} class="picture-zoom" name="fit" label=${t("picture.fit")} keys="0" onClick=${() => zoom.current?.fit()} />
  <button type="button" class="icon-button picture-zoom picture-actual" aria-label=${t("picture.actual")} data-tip=${t("picture.actual")} data-tip-keys="1"
    onClick=${() => zoom.current?.actual()}>1:1</button>`;

/** @param {{ app: App, about: { pictures: readonly Picture[], index: number }, hasWorkflow: boolean }} props */
function Deeds({ app, about, hasWorkflow }) {
  return html`<${CommandButton} app=${app} id="picture.use" name="expose" argument=${about} />
    ${hasWorkflow && html`<${CommandButton} app=${app} id="picture.open-workflow" name="graph" argument=${about} />`}
    <${CommandButton} app=${app} id="picture.copy" name="copy" argument=${about} />
    <${CommandButton} app=${app} id="picture.download" name="download" argument=${about} />
    <${CommandButton} app=${app} id="picture.delete" name="trash" argument=${about} />
    <span class="picture-line"></span>`;
}

/** @param {{ picture: Picture, zoom: { current: Zoom | null }, onSize: (size: { width: number, height: number }) => void, children: any }} props */
function Stage({ picture, zoom, onSize, children }) {
  const stage = useRef(/** @type {HTMLElement | null} */ (null));
  const image = useRef(/** @type {HTMLImageElement | null} */ (null));
  useEffect(() => {
    const element = /** @type {HTMLImageElement} */ (image.current);
    const made = new Zoom(/** @type {HTMLElement} */ (stage.current), {
      size: () => ({ width: element.naturalWidth, height: element.naturalHeight }),
      onChange: ({ x, y, scale }) => {
        element.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
        element.classList.toggle("is-magnified", scale > 4);
      },
      margin: 16,
    });
    zoom.current = made;
    return () => made.close();
  }, []);
  // A picture deleted while its image came is told of the load when the view is gone.
  const onLoad = () => {
    if (!image.current) return;
    const { naturalWidth: width, naturalHeight: height } = image.current;
    onSize({ width, height });
    zoom.current?.fit();
  };
  const onDouble = () => (zoom.current?.isFit ? zoom.current.actual() : zoom.current?.fit());
  return html`<div class="picture-stage" ref=${stage} onDblClick=${onDouble}>
    <img class="lightbox-image" ref=${image} src=${fullAddress(picture)} alt=${picture.name} draggable=${false} onLoad=${onLoad} />
    ${children}
  </div>`;
}
