// @ts-check
/** A widget of the graph in a form, for kinds that have no plain control. */

import { html } from "htm/preact";
import { Mounted } from "../ui/mounted-widget.js";
import { widgetFor } from "../widgets/registry.js";
import { controlFor } from "./control.js";
import "../widgets/all.js";

/** @typedef {import("./field.js").ControlProps} ControlProps */

/** @param {ControlProps & { Plain: (props: ControlProps) => any }} props  Plain: where not even the graph has one */
export default function GraphWidget({ Plain, ...props }) {
  const { app, field, id } = props;
  if (!field.input || !widgetFor(field.input)) return html`<${Plain} ...${props} />`;
  return html`<${Mounted} key=${`${field.nodeId} ${field.input.name}`} class="form-widget" id=${id} control=${controlFor(app, field)} />`;
}
