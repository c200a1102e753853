// @ts-check
/** Elements of plain DOM. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {string} name @param {HTMLElement} [parent] @returns {HTMLElementTagNameMap[K]}
 */
export function made(tag, name, parent) {
  const element = document.createElement(tag);
  element.className = name;
  parent?.append(element);
  return element;
}
