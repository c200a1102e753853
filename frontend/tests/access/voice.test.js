// @ts-check
/** What is done is told, and is not talked over by what was selected before. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Voice } from "../../app/start/voice.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const make = () => {
  /** @type {string[]} */
  const told = [];
  return { told, voice: new Voice((text) => told.push(text)) };
};

test("what is selected is said a moment later, and only the last", () => {
  const { told, voice } = make();
  voice.sayLater(() => "A selected", 250);
  vi.advanceTimersByTime(200);
  voice.sayLater(() => "B selected", 250);
  vi.advanceTimersByTime(249);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(["B selected"]);
});

test("what was done after it is not talked over by what was selected", () => {
  const { told, voice } = make();
  voice.sayLater(() => "A selected", 250);
  vi.advanceTimersByTime(225);
  voice.say("Linked A to B");
  vi.advanceTimersByTime(1000);
  expect(told).toEqual(["Linked A to B"]);
});

test("what is selected after something was done is said", () => {
  const { told, voice } = make();
  voice.say("Linked A to B");
  voice.sayLater(() => "A selected", 250);
  vi.advanceTimersByTime(250);
  expect(told).toEqual(["Linked A to B", "A selected"]);
});

test("the steps of a run leave out nothing of what waits", () => {
  const { told, voice } = make();
  voice.sayLater(() => "A selected", 250);
  voice.sayAside("Step 1 of 20");
  vi.advanceTimersByTime(250);
  expect(told).toEqual(["Step 1 of 20", "A selected"]);
});
