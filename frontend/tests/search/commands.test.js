// @vitest-environment happy-dom
// @ts-check
import { describe, expect, it } from "vitest";
import { ON_EITHER } from "../../app/commands/all.js";
import { conflictsOf } from "../../app/commands/key-conflicts.js";
import { Keymap } from "../../app/commands/keymap.js";
import { OF_GRAPH } from "../../app/commands/of-graph.js";
import { PRESETS } from "../../app/commands/presets.js";
import { Commands } from "../../app/commands/registry.js";
import english from "../../locales/en.json";

const ALL = [...ON_EITHER, ...OF_GRAPH];
const commands = new Commands();
commands.add(ALL);

describe("the commands", () => {
  it("that are shown have titles", () => {
    const untitled = ALL.filter((each) => !each.isHidden && !(`command.${each.id}` in english));

    expect(untitled.map((each) => each.id)).toEqual([]);
  });

  it.each(Object.keys(PRESETS))("have no keys in each other's way: %s", (preset) => {
    const keymap = new Keymap(commands);
    keymap.preset.value = preset;
    const found = ALL.flatMap((command) =>
      keymap
        .keysOf(command)
        .flatMap((key) =>
          conflictsOf(keymap, command, key).map((other) => `${key}: ${command.id}, ${other.id}`),
        ),
    );

    expect(found).toEqual([]);
  });

  it("are known to the sets of keys", () => {
    for (const keys of Object.values(PRESETS))
      expect(Object.keys(keys).filter((id) => !commands.get(id))).toEqual([]);
  });
});
