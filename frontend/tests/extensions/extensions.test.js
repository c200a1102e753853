// @ts-check
// @vitest-environment happy-dom
import { signal } from "@preact/signals-core";
import { describe, expect, it, vi } from "vitest";
import { Commands } from "../../app/commands/registry.js";
import {
  onMessage,
  registerCommand,
  registerPanel,
  registerWidget,
  tellExtensions,
} from "../../app/extend.js";
import { Panels } from "../../app/panels/registry.js";
import { start } from "../../app/start/extensions.js";
import { widgetFor } from "../../app/widgets/registry.js";

/** @param {string[]} urls */
const appWith = (urls) =>
  /** @type {any} */ ({
    api: { get: async () => ({ modules: urls.map((url) => ({ pack: url.split("/")[0], url })) }) },
    commands: new Commands(),
    panels: new Panels(),
    notices: { tell: vi.fn() },
    schema: signal(new Map()),
  });

describe("packs' modules", () => {
  it("are all loaded, and those that fail are named", async () => {
    const app = appWith(["good/web/a.js", "bad/web/b.js", "good/web/c.js"]);
    vi.spyOn(console, "error").mockImplementation(() => {});
    const load = vi.fn(async (/** @type {string} */ url) => {
      if (url.startsWith("bad")) throw new Error("no");
    });

    await start(app, load);

    expect(load).toHaveBeenCalledTimes(3);
    expect(app.notices.tell).toHaveBeenCalledTimes(1);
    expect(app.notices.tell.mock.calls[0][1]).toBe("bad");
  });

  it("add and take away", async () => {
    const app = appWith([]);
    await start(app);
    const input = { name: "a", label: "a", type: "STEPS", widget: { kind: /** @type {const} */ ("int") } };
    const mount = () => ({ update: () => {} });
    const stops = [
      registerCommand({ id: "pack.do", title: "Do", group: "help", run: () => {} }),
      registerPanel({ id: "pack.panel", title: "Panel", mount: () => {} }),
      registerWidget("STEPS", mount),
    ];

    expect(app.commands.get("pack.do")).toBeDefined();
    expect(app.panels.all.value).toHaveLength(1);
    expect(widgetFor(input)).toBe(mount);
    for (const stop of stops) stop();
    expect(app.commands.all()).toEqual([]);
    expect(app.panels.all.value).toEqual([]);
    expect(widgetFor(input)).toBeUndefined();
  });

  it("hear of messages, whoever fails beside them", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const heard = vi.fn();
    onMessage("node_finished", () => {
      throw new Error("no");
    });
    const stop = onMessage("node_finished", heard);
    const event = /** @type {any} */ ({ type: "node_finished", job: "1" });

    tellExtensions(event);
    stop();
    tellExtensions(event);

    expect(heard).toHaveBeenCalledTimes(1);
  });
});
