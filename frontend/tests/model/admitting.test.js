// @ts-check
import { describe, expect, it } from "vitest";
import { admitted, admittedClip } from "../../app/model/admitting.js";
import { randomDocument } from "../graphs.js";

/** @param {Record<string, unknown>} more @returns {any} */
const document = (more) => ({ format: "sfumato", version: 1, title: "Odd", ...more });

describe("admitted", () => {
  it("leaves what is in order as it is", () => {
    const whole = document({
      ...randomDocument(20),
      frames: [{ title: "a", place: [0, 0, 1, 1] }],
      view: {
        dots: { d1: { place: [0, 0] }, d2: { place: [1, 1], after: "d1" } },
        routes: { 4: { first: "d2" } },
        notes: [{ id: "n1", place: [0, 0, 1, 1] }],
      },
      subgraphs: { part: { nodes: {} } },
    });

    expect(admitted(whole)).toBe(whole);
  });

  it("gives every level its nodes, as the server leaves out empty ones", () => {
    const whole = admitted(document({ subgraphs: { part: { title: "Empty" } } }));

    expect(whole.nodes).toEqual({});
    expect(whole.subgraphs?.part.nodes).toEqual({});
  });

  it("puts nodes where they can be drawn", () => {
    const { nodes } = admitted(
      document({ nodes: { 1: { type: "A", place: [1e308, null] }, 2: { type: "B", place: "left" } } }),
    );

    expect(nodes[1].place).toEqual([1e7, 0]);
    expect(nodes[2].place).toEqual([0, 0, 0, 0]);
  });

  it("leaves out frames, notes and dots that have no place", () => {
    const whole = admitted(
      document({
        frames: [{ title: "nowhere" }, null, { place: [0, 0, 9, 9] }],
        view: {
          notes: [{ text: "?" }, { id: "n1", place: [0, 0] }],
          dots: { d1: {}, d2: { place: [0, 0] } },
        },
      }),
    );

    expect(whole.frames).toEqual([{ place: [0, 0, 9, 9] }]);
    expect(whole.view?.notes).toEqual([{ id: "n1", place: [0, 0] }]);
    expect(Object.keys(whole.view?.dots)).toEqual(["d2"]);
  });

  it("cuts ways through dots that lead round in a circle", () => {
    const whole = admitted(
      document({
        view: { dots: { d1: { place: [0, 0], after: "d2" }, d2: { place: [1, 1], after: "d1" } } },
      }),
    );

    expect(whole.view?.dots).toEqual({ d1: { place: [0, 0] }, d2: { place: [1, 1] } });
  });

  it("keeps a node whose type is no text, and what it was", () => {
    const { nodes } = admitted(document({ nodes: { 1: 5, 2: { type: null, title: "kept" } } }));

    expect(nodes[1]).toEqual({ type: "unknown", foreign: 5 });
    expect(nodes[2]).toMatchObject({ type: "unknown", title: "kept" });
  });

  it("takes no link from what every object has", () => {
    const { nodes } = admitted(
      document({ nodes: { 1: { type: "A", links: { a: ["constructor", 0], b: ["gone", 0, "X"] } } } }),
    );

    expect(nodes[1].links).toEqual({ b: ["gone", 0, "X"] });
  });
});

describe("admittedClip", () => {
  it("makes good what is wrong in a clipboard", () => {
    const clip = admittedClip(
      /** @type {any} */ ({
        sfumato: "nodes",
        version: 1,
        nodes: { 1: { type: "A", place: {}, links: { a: "no" }, values: [] } },
        frames: "none",
        subgraphs: { part: null },
      }),
    );

    expect(clip.nodes[1]).toEqual({ type: "A", place: [0, 0, 0, 0], links: {} });
    expect(clip.frames).toEqual([]);
    expect(clip.subgraphs).toEqual({ part: { nodes: {} } });
  });
});
