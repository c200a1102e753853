// @ts-check
import { describe, expect, it } from "vitest";
import { emptyDocument } from "../../app/model/document.js";
import { isOf, keyFor } from "../../app/state/identity.js";
import { Tab } from "../../app/state/tab.js";

const named = (/** @type {string} */ name) => new Tab({ ...emptyDocument(), title: "Same" }, { name });
const job = (/** @type {string | null} */ key, title = "Same") => ({ title, key });

describe("isOf", () => {
  it("tells two workflows of one title apart", () => {
    const key = keyFor(named("a").identity);

    expect(isOf(job(key), named("a"))).toBe(true);
    expect(isOf(job(key), named("b"))).toBe(false);
  });

  it("knows a workflow that has another title by now", () => {
    expect(isOf(job(keyFor(named("a").identity), "Before"), named("a"))).toBe(true);
  });

  it("knows what a tab has run before it was saved", () => {
    const tab = new Tab(emptyDocument());
    const key = keyFor(tab.identity);
    tab.name.value = "a";

    expect(isOf(job(key), tab)).toBe(true);
  });

  it("takes what was handed in elsewhere by its title", () => {
    expect(isOf(job(null), named("a"))).toBe(true);
    expect(isOf(job("nightly-7", "Other"), named("a"))).toBe(false);
  });

  it("gives keys that the server takes, each another", () => {
    const { identity } = named(`${"folder/".repeat(60)}end~of it`);
    const [one, other] = [keyFor(identity), keyFor(identity)];

    expect(one.length).toBeLessThanOrEqual(200);
    expect(one).not.toBe(other);
    expect(isOf(job(one), named(`${"folder/".repeat(60)}end~of it`))).toBe(true);
  });
});
