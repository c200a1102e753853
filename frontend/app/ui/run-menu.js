// @ts-check
/** What else can be done about running: the commands of that group. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { CommandMenu } from "./command-menu.js";

/** @param {{ app: import("../app.js").App, close: () => void }} props */
export default function RunMenu({ app, close }) {
  const commands = app.commands.all().filter((each) => each.group === "run" && !each.isHidden);
  return html`<${CommandMenu} app=${app} label=${t("run.more")} groups=${[commands]} close=${close} />`;
}
