// @ts-check
/** Sets of keys for those who come from elsewhere: they differ from the commands' own keys in these. */

/** @typedef {import("./keymap.js").Keys} Keys */

/** @type {Readonly<Record<string, Keys>>} the commands' own keys are ComfyUI's, where it has some */
export const PRESETS = {
  comfyui: {},
  blender: {
    "edit.delete": ["X", "Delete"],
    "edit.redo": ["Ctrl+Shift+Z", "Ctrl+Y"],
    "node.collapse": ["H"],
    "node.mute": ["M"],
    "node.heal": ["Ctrl+X"],
    "edit.cut": [],
    "node.take-out": [],
    "node.take-out-and-move": ["Alt+D"],
    "select.all": ["A"],
    "view.all": ["Home"],
    "frame.add": ["Ctrl+J"],
    "palette.open": ["F3", "Ctrl+K"],
  },
};
