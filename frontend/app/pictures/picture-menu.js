// @ts-check
/** What can be done with a picture, where it was pressed. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { CommandMenu } from "../ui/command-menu.js";

const GROUPS = [
  ["picture.open", "picture.compare", "picture.mask"],
  ["picture.use", "picture.open-workflow"],
  ["picture.copy", "picture.download"],
  ["picture.delete"],
];

/** @param {{ overlay: import("../ui/overlays.js").Overlay, app: import("../app.js").App, close: () => void }} props */
export default function PictureMenu({ overlay: { given }, app, close }) {
  // what a node loads is not deleted by the way
  const isLoaded = given.nodeId && given.pictures[given.index]?.file?.kind !== "output";
  const commands = (/** @type {readonly string[]} */ ids) =>
    ids.flatMap((id) => {
      const command = app.commands.get(id);
      const isThere =
        command && (command.when?.(app, given) ?? true) && !(isLoaded && id === "picture.delete");
      return isThere ? [command] : [];
    });
  const groups = GROUPS.map(commands).filter((each) => each.length);
  return html`<${CommandMenu} app=${app} label=${t("picture.menu")} groups=${groups} close=${close} argument=${given} />`;
}
