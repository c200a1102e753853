// @ts-check
import { describe, expect, it } from "vitest";
import { weighed } from "../../app/widgets/prompt-weights.js";

/** The selection is written as `[…]`, a caret as `|`. @param {string} drawn @param {number} more */
function drawnAfter(drawn, more) {
  const start = drawn.search(/[[|]/);
  const text = drawn.replace(/[[\]|]/g, "");
  const end = drawn.includes("|") ? start : drawn.indexOf("]") - 1;
  const now = weighed({ text, start, end }, more);
  return `${now.text.slice(0, now.start)}[${now.text.slice(now.start, now.end)}]${now.text.slice(now.end)}`;
}

describe("weights", () => {
  it.each([
    ["a [red] apple", 0.1, "a ([red]:1.1) apple"],
    ["a ([red]:1.1) apple", 0.1, "a ([red]:1.2) apple"],
    ["a ([red]:1.1) apple", -0.1, "a [red] apple"],
    ["a [red apple]", -0.1, "a ([red apple]:0.9)"],
    ["a re|d apple", 0.1, "a ([red]:1.1) apple"],
    ["a (red fo|x:1.3) apple", 0.1, "a ([red fox]:1.4) apple"],
    ["a [ red ] apple", 0.1, "a  ([red]:1.1)  apple"],
    ["a ([red]) apple", 0.1, "a ([red]:1.2) apple"],
    ["([a] b:1.2)", 0.1, "(([a]:1.1) b:1.2)"],
    ["[(a) (b)]", 0.1, "([(a) (b)]:1.1)"],
    ["((a) b|:1.1)", 0.1, "([(a) b]:1.2)"],
  ])("%s by %s gives %s", (drawn, more, expected) => {
    expect(drawnAfter(drawn, more)).toBe(expected);
  });

  it("leaves a prompt alone where there is no word", () => {
    expect(drawnAfter("a , | , b", 0.1)).toBe("a , [] , b");
  });

  it("does not take escaped parentheses for weights", () => {
    const now = weighed({ text: "smile \\(big\\)", start: 9, end: 9 }, 0.1);

    expect(now.text).toBe("smile \\((big:1.1)\\)");
  });

  it("comes back after up and down", () => {
    let now = { text: "one two, three", start: 5, end: 5 };
    for (const more of [0.1, 0.1, 0.1, -0.1, -0.1, -0.1]) now = weighed(now, more);

    expect(now.text).toBe("one two, three");
  });
});
