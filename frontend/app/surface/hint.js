// @ts-check
/** A short text at the pointer while a gesture goes on. */

import { made } from "../ui/made.js";

const AWAY_PX = 16;

/** @param {HTMLElement} host */
export function hintIn(host) {
  const element = made("div", "gesture-hint", host);
  element.hidden = true;
  return {
    /** @param {string} text  "" shows nothing @param {{ x: number, y: number }} at  pixels of the surface */
    show(text, at) {
      element.hidden = !text;
      if (!text) return;
      element.textContent = text;
      element.style.transform = `translate(${at.x + AWAY_PX}px, ${at.y + AWAY_PX}px)`;
    },
    remove: () => element.remove(),
  };
}
