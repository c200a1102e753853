// @ts-check
// @vitest-environment happy-dom
import { signal } from "@preact/signals-core";
import { describe, expect, it, vi } from "vitest";
import { Commands } from "../../app/commands/registry.js";
import { letExtend, onMessage, registerCommand, registerPanel, registerWidget } from "../../app/extend.js";
import { Panels } from "../../app/panels/registry.js";
import { start } from "../../app/start/extensions.js";
import { tellExtensions } from "../../app/state/messages.js";
import { widgetFor } from "../../app/widgets/registry.js";

const settled = () => new Promise((done) => setTimeout(done));

/** @param {string[]} urls */
const appWith = (urls) =>
  /** @type {any} */ ({
    api: { get: async () => ({ modules: urls.map((url) => ({ pack: url.split("/").at(-3), url })) }) },
    queue: { connection: signal("open") },
    commands: new Commands(),
    panels: new Panels(),
    notices: { tell: vi.fn() },
    schema: signal(new Map()),
  });

describe("packs' modules", () => {
  it("are all loaded, and those that fail are named", async () => {
    const app = appWith(["packs/good/web/a.js", "packs/bad/web/b.js", "packs/good/web/c.js"]);
    vi.spyOn(console, "error").mockImplementation(() => {});
    const load = vi.fn(async (/** @type {string} */ url) => {
      if (url.includes("/bad/")) throw new Error("no");
    });

    await start(app, load);

    expect(load).toHaveBeenCalledTimes(3);
    expect(app.notices.tell).toHaveBeenCalledTimes(1);
    expect(app.notices.tell.mock.calls[0][1]).toBe("bad");
    expect(app.notices.tell.mock.calls[0][0]).toContain("extensions.failed");
  });

  it("add and take away", async () => {
    const app = appWith([]);
    letExtend(app);
    const input = { name: "a", label: "a", type: "STEPS", widget: { kind: /** @type {const} */ ("int") } };
    const mount = () => ({ update: () => {} });
    const before = widgetFor(input);
    const stops = [
      registerCommand({ id: "pack.do", title: "Do", group: "help", run: () => {} }),
      registerPanel({ id: "pack.panel", title: "Panel", mount: () => {} }),
      registerWidget("STEPS", mount),
    ];

    expect(app.commands.get("pack.do")).toBeDefined();
    expect(app.panels.all.value).toHaveLength(1);
    expect(widgetFor(input)).not.toBe(before);
    for (const stop of stops) stop();
    expect(app.commands.all()).toEqual([]);
    expect(app.panels.all.value).toEqual([]);
    expect(widgetFor(input)).toBe(before);
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

  it("are taken away when their pack is disabled, and loaded anew when it is enabled", async () => {
    const urls = ["packs/mine/web/a.js"];
    const app = appWith(urls);
    const load = vi.fn(async () => {});
    await start(app, load);

    urls.pop();
    app.api.get = async () => ({ modules: [] });
    document.dispatchEvent(new Event("visibilitychange"));
    await settled();
    app.api.get = async () => ({ modules: [{ pack: "mine", url: "packs/mine/web/a.js" }] });
    document.dispatchEvent(new Event("visibilitychange"));
    await settled();

    expect(load.mock.calls).toEqual([["packs/mine/web/a.js"], ["packs/mine/web/a.js?again=1"]]);
  });

  it("are taken away as soon as the server says that packs have changed", async () => {
    const app = appWith(["packs/mine/web/a.js"]);
    const load = vi.fn(async () => {});
    await start(app, load);
    const told = /** @type {any} */ ({ type: "packs_changed", job: "" });
    app.api.get = async () => ({ modules: [] });
    tellExtensions(told);
    await settled();
    app.api.get = async () => ({ modules: [{ pack: "mine", url: "packs/mine/web/a.js" }] });
    tellExtensions(told);
    await settled();

    expect(load.mock.calls).toEqual([["packs/mine/web/a.js"], ["packs/mine/web/a.js?again=1"]]);
  });

  it("are those of the last answer, however late an earlier one comes", async () => {
    const app = appWith([]);
    const load = vi.fn(async () => {});
    await start(app, load);
    /** @type {((answer: unknown) => void)[]} */
    const answers = [];
    app.api.get = () => new Promise((answer) => answers.push(answer));
    const told = /** @type {any} */ ({ type: "packs_changed", job: "" });
    tellExtensions(told);
    tellExtensions(told);
    await settled();
    const asked = answers.length;
    answers[0]({ modules: [{ pack: "mine", url: "packs/mine/web/a.js" }] });
    await settled();

    expect(asked).toBe(1);
    expect(answers).toHaveLength(2);
  });

  it("that take long keep nobody waiting and are named", async () => {
    vi.useFakeTimers();
    const app = appWith(["packs/slow/web/a.js", "packs/good/web/b.js"]);
    start(app, (url) => (url.includes("slow") ? new Promise(() => {}) : Promise.resolve()));
    await vi.advanceTimersByTimeAsync(10_000);

    expect(app.notices.tell).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });

  it("fail without harm: commands, widgets, panels", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const app = appWith([]);
    letExtend(app);
    const no = () => {
      throw new Error("no");
    };
    registerWidget("int", () => ({ update: () => {} }));
    registerWidget("DIAL", no);
    registerCommand({ id: "pack.bad", title: "Bad", group: "help", run: no });
    registerCommand({ id: "pack.unsure", title: "Unsure", group: "help", when: no, run: () => {} });
    const input = { name: "a", label: "a", type: "DIAL", widget: { kind: /** @type {const} */ ("int") } };

    const mounted = widgetFor(input)?.(document.createElement("div"), /** @type {any} */ ({ input }));

    expect(mounted?.update).toBeDefined();
    expect(app.commands.run(app, "pack.bad")).toBe(true);
    expect(app.commands.run(app, "pack.unsure")).toBe(false);
    expect(app.notices.tell).toHaveBeenCalledTimes(3);
    expect(() => registerCommand({ id: "pack.bad", title: "Again", group: "help", run: no })).toThrow();
    registerPanel({ id: "pack.one", title: "One", mount: no });
    expect(() => registerPanel({ id: "pack.one", title: "Two", mount: no })).toThrow();
  });
});
