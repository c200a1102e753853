// @ts-check
/** What a run is making or has made, large; and what the workflow made before, small. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { thereOf } from "../pictures/of-jobs.js";
import { smallAddress } from "../state/picture-files.js";
import { IconButton } from "../ui/command-button.js";
import { icon } from "../ui/icons.js";
import { takeValues } from "./history.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/runs.js").Picture} Picture */
/** @typedef {import("./following.js").Following} Following */
/** @typedef {import("./history.js").FormHistory} FormHistory */
/** @typedef {import("./history.js").Made} Made */

const THUMBNAIL = 256;
const MOST_SCALE = 4;
/** A preview has one pixel for eight of the result. */
const PREVIEW_SCALE = 8 * MOST_SCALE;

/** Show pictures in full size. @param {App} app @param {readonly Picture[]} pictures @param {number} index */
const openPicture = (app, pictures, index) => app.commands.run(app, "picture.open", { pictures, index });

/** @param {{ app: App, following: Following, history: FormHistory }} props */
export function Result({ app, following, history }) {
  const working = following.working.value;
  const made = thereOf(app, following.pictures.value);
  const pictures = made.length ? made : (history.made.value[0]?.pictures ?? []);
  const isBusy = following.isBusy.value;
  const shown = working?.preview ? [working.preview] : pictures;
  const texts = following.texts.value;
  return html`<section class="form-result" aria-label=${t("form.result")} aria-busy=${isBusy}>
    <div class=${working?.preview ? "form-stage is-preview" : "form-stage"}>
      ${
        shown.length
          ? shown.map(
              (each, index) => html`<${Shown} key=${each.address} app=${app} all=${shown} index=${index}
                  scale=${working?.preview ? PREVIEW_SCALE : MOST_SCALE} />`,
            )
          : texts.length === 0 && html`<${Nothing} isBusy=${isBusy} />`
      }
      ${texts.map((each, index) => html`<p key=${index} class="form-said" tabindex="0">${each}</p>`)}
    </div>
    <div class="form-foot"><${Progress} following=${following} /></div>
  </section>`;
}

/** @param {{ app: App, all: readonly Picture[], index: number, scale: number }} props */
function Shown({ app, all, index, scale }) {
  const picture = all[index];
  return html`<figure class="form-picture">
    <button type="button" class="form-open" aria-label=${t("form.open-picture", { name: picture.name })}
      onClick=${() => openPicture(app, all, index)}>
      <img class="form-image" src=${picture.address} alt="" draggable="true" onLoad=${bound(scale)} />
    </button>
    ${
      picture.file &&
      html`<a class="icon-button form-save" href=${`${picture.address}?download=1`} download aria-label=${t("form.download")}
        data-tip=${t("form.download")}>${icon("download")}</a>`
    }
  </figure>`;
}

/** Small pictures are not blown up without end. @param {number} scale */
const bound = (scale) => (/** @type {Event} */ event) => {
  const image = /** @type {HTMLImageElement} */ (event.currentTarget);
  image.style.setProperty("--most", `${image.naturalWidth * scale}px`);
};

/** @param {{ isBusy: boolean }} props */
const Nothing = ({ isBusy }) => html`<div class="form-nothing">
  ${icon("gallery")}
  <p>${t(isBusy ? "form.starting" : "form.nothing")}</p>
</div>`;

/** @param {{ following: Following }} props */
function Progress({ following }) {
  const working = following.working.value;
  const failed = following.failed.value;
  const waiting = following.jobs.value.length;
  if (!following.isBusy.value) {
    if (!failed) return null;
    return html`<p class="form-failed" role="alert">${icon("error")}<span>${failed.error?.message ?? t("form.failed")}</span></p>`;
  }
  const { name = "", step = 0, steps = 0 } = working ?? {};
  const text = steps ? t("form.step", { name, step, steps }) : name || t("form.waiting");
  return html`<div class="form-progress">
    <div class="form-bar" role="progressbar" aria-label=${t("form.progress")} aria-valuemin="0" aria-valuemax=${steps || 1}
      aria-valuenow=${steps ? step : undefined} data-known=${Boolean(steps)}>
      <span style=${{ transform: `scaleX(${steps ? step / steps : 0})` }}></span>
    </div>
    <p class="form-told"><span>${text}</span>${waiting > 1 && html`<span>${t("form.more-waiting", { count: waiting - 1 })}</span>`}</p>
  </div>`;
}

/** @param {{ app: App, history: FormHistory }} props */
export function Made({ app, history }) {
  const made = history.made.value;
  if (!made.length) return null;
  const pictures = made.flatMap((each) => each.pictures);
  return html`<section class="form-history" aria-label=${t("form.history")}>
    <h2>${t("form.history")}</h2>
    <ul class="form-grid">
      ${made.flatMap((each) =>
        each.pictures.map(
          (picture) =>
            html`<${Tile} key=${`${each.job.id} ${picture.address}`} app=${app} made=${each} picture=${picture} all=${pictures} history=${history} />`,
        ),
      )}
    </ul>
  </section>`;
}

/** @param {{ app: App, made: Made, picture: Picture, all: readonly Picture[], history: FormHistory }} props */
function Tile({ app, made, picture, all, history }) {
  const take = async () => {
    try {
      const undo = await takeValues(app, history.tab, made.job);
      app.notices.tell(t("form.taken"), "good", undo && { label: t("form.undo"), run: undo });
    } catch (problem) {
      app.notices.problem(problem);
    }
  };
  return html`<li class="form-tile">
    <button type="button" class="form-open" aria-label=${t("form.open-picture", { name: picture.name })}
      onClick=${() => openPicture(app, all, all.indexOf(picture))}>
      <img class="form-thumbnail" src=${smallAddress(picture, THUMBNAIL)} alt="" loading="lazy" />
    </button>
    <${IconButton} name="history" label=${t("form.take")} class="form-take" onClick=${take} />
  </li>`;
}
