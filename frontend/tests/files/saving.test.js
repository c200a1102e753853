// @ts-check
// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { Refusal } from "../../app/api/client.js";
import { fileName, save, saveAs } from "../../app/files/saving.js";
import { emptyDocument } from "../../app/model/document.js";
import { Tab } from "../../app/state/tab.js";

/** @typedef {import("../../app/app.js").App} App */
/** @typedef {{ document: any, base: number | null }} Sent */

/** @param {number} revision @param {any} document */
const conflict = (revision, document) =>
  new Refusal(409, {
    type: "conflict",
    message: "changed since",
    details: { current: { revision, document } },
    node: null,
    input: null,
  });

/**
 * @param {(sent: Sent) => unknown} answer  throws what the server refuses
 * @param {unknown} [way]  out of a conflict, or another answer to what is asked
 */
function saving(answer, way) {
  const tab = new Tab({ ...emptyDocument(), title: "Mine" }, { name: "mine", revision: 1 });
  tab.store.commit("edit.value", [{ path: ["title"], value: "Changed" }]);
  /** @type {Sent[]} */
  const sent = [];
  /** @type {any[]} */
  const asked = [];
  const app = /** @type {App} */ (
    /** @type {unknown} */ ({
      tab,
      api: {
        put: async (/** @type {string} */ path, /** @type {Sent} */ body) => {
          sent.push(body);
          return answer(body) ?? { name: path.replace("workflows/", ""), revision: sent.length + 1 };
        },
      },
      notices: { tell: () => 0 },
      overlays: {
        open: { subscribe: () => () => {} },
        show: (/** @type {any} */ overlay) => {
          asked.push(overlay.given);
          overlay.given.answer(way);
        },
      },
    })
  );
  return { app, tab, sent, asked };
}

describe("save as", () => {
  it("gives a tab its new name, however long an earlier save takes", async () => {
    /** @type {(answer: unknown) => void} */
    let answerFirst = () => {};
    const { app, tab, sent, asked } = saving(
      () => {
        if (sent.length > 1) return undefined;
        return new Promise((answer) => {
          answerFirst = answer;
        });
      },
      { action: "ok", values: { text: "other" } },
    );
    const first = save(app);
    const second = saveAs(app);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await new Promise((go) => setTimeout(go));
    const early = sent.length;
    answerFirst({ name: "mine", revision: 2 });
    await Promise.all([first, second]);

    expect(early).toBe(1);
    expect([tab.name.value, sent.map((each) => each.base)]).toEqual(["other", [1, null]]);
  });
});

describe("save", () => {
  it("saves once more what is saved twice in a row, on what the first has made", async () => {
    const { app, sent } = saving(() => undefined);
    await Promise.all([save(app), save(app)]);

    expect(sent.map((each) => each.base)).toEqual([1, 2]);
  });

  it("asks nothing when the other version is the same, as after a lost answer", async () => {
    const { app, tab, asked } = saving((each) => {
      throw conflict(2, JSON.parse(JSON.stringify(each.document)));
    });
    const isSaved = await save(app);

    expect(isSaved).toBe(true);
    expect(asked).toEqual([]);
    expect([tab.revision.value, tab.isChanged.value]).toEqual([2, false]);
  });

  it("names the revision that was changed, and is based on the new one from then on", async () => {
    const { app, tab, sent } = saving(() => undefined);
    const isSaved = await save(app);

    expect(isSaved).toBe(true);
    expect(sent[0].base).toBe(1);
    expect(tab.revision.value).toBe(2);
    expect(tab.isChanged.value).toBe(false);
  });

  it("saves over another version when one wants to keep one's own", async () => {
    const refuseFirst = (/** @type {Sent} */ { base }) => {
      if (base === 1) throw conflict(5, { ...emptyDocument(), title: "Theirs" });
    };
    const { app, tab, sent, asked } = saving(refuseFirst, "mine");
    await save(app);

    expect(asked[0].theirs.title).toBe("Theirs");
    expect(sent.map((each) => each.base)).toEqual([1, 5]);
    expect(tab.store.document.title).toBe("Changed");
    expect(tab.isChanged.value).toBe(false);
  });

  it("takes the other version as an edit that can be undone", async () => {
    const refuse = () => {
      throw conflict(5, { ...emptyDocument(), title: "Theirs" });
    };
    const { app, tab } = saving(refuse, "theirs");
    await save(app);

    expect([tab.store.document.title, tab.revision.value, tab.isChanged.value]).toEqual(["Theirs", 5, false]);
    tab.store.undo();
    expect(tab.store.document.title).toBe("Changed");
  });

  it("leaves everything as it is when the question is closed", async () => {
    const refuse = () => {
      throw conflict(5, emptyDocument());
    };
    const { app, tab } = saving(refuse);
    const isSaved = await save(app);

    expect([isSaved, tab.revision.value, tab.isChanged.value]).toEqual([false, 1, true]);
  });

  it("saves anew what was deleted meanwhile", async () => {
    const refuseFirst = (/** @type {Sent} */ { base }) => {
      if (base === 1) throw new Refusal(409, { ...conflict(0, null).problem, details: { current: null } });
    };
    const { app, sent } = saving(refuseFirst);
    await save(app);

    expect(sent.map((each) => each.base)).toEqual([1, null]);
  });
});

describe("fileName", () => {
  it("leaves out what no file may be called", () => {
    expect(fileName('A/B: "C"?')).toBe("A B C");
    expect(fileName("苹果")).toBe("苹果");
  });
});
