// @ts-check
/** Panels that have a command of their own. */

/** @type {import("./registry.js").Command[]} */
export const PANELS = [
  {
    id: "view.panels",
    group: "view",
    keys: ["F"],
    on: "surface",
    isOn: (app) => app.panels.areHidden.value,
    run: ({ panels }) => {
      panels.areHidden.value = !panels.areHidden.value;
    },
  },
  {
    id: "panel.library",
    group: "panel",
    keys: ["N"],
    on: "surface",
    menus: ["main"],
    isOn: (app) => app.panels.left.value?.id === "library",
    run: (app) => app.panels.toggle("library"),
  },
  {
    id: "outline.show",
    group: "panel",
    keys: ["Alt+O"],
    on: "anywhere",
    run: (app) => app.panels.toggle("outline"),
  },
];
