// @ts-check
// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { markdown } from "../../app/surface/markdown.js";

/** @param {string} text */
const shown = (text) => {
  const host = document.createElement("div");
  host.append(...markdown(text));
  return host;
};

test("headings, lists, emphasis, code and links become elements", () => {
  const host = shown(
    "# Plan\n\nTake **both** and `cfg`.\n- one\n- *two*\n\n1. first\n```\nraw **text**\n```\n[docs](https://example.org/a)",
  );

  expect(host.querySelector("h3")?.textContent).toBe("Plan");
  expect(host.querySelector("strong")?.textContent).toBe("both");
  expect(host.querySelectorAll("ul > li")).toHaveLength(2);
  expect(host.querySelectorAll("ol > li")).toHaveLength(1);
  expect(host.querySelector("pre")?.textContent).toBe("raw **text**");
  expect(host.querySelector("a")?.getAttribute("href")).toBe("https://example.org/a");
});

test("tags stay text, and links lead to pages alone", () => {
  const host = shown(
    "<img src=x onerror=alert(1)> [here](javascript:alert(1)) ![picture](https://example.org/p.png)",
  );

  expect(host.querySelector("img")).toBeNull();
  expect(host.querySelectorAll("a")).toHaveLength(1);
  expect(host.textContent).toContain("<img src=x");
});

test("a fence that is never closed ends with the text", () => {
  expect(shown("```\nleft open").querySelector("pre")?.textContent).toBe("left open");
});
