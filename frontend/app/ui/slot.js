// @ts-check
/** A place for a part that is loaded on its own; when it can not be, the rest works without it. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

/**
 * @param {{ load: () => Promise<{ default: any }>, with: Record<string, unknown>, waiting?: unknown }} props
 *   load: must stay the same function
 */
export function Slot({ load, with: given, waiting = null }) {
  const [part, setPart] = useState(/** @type {{ load: unknown, component: any } | null} */ (null));
  useEffect(() => {
    let isWanted = true;
    load().then(
      (module) => isWanted && setPart({ load, component: module.default }),
      (problem) => console.error(problem),
    );
    return () => {
      isWanted = false;
    };
  }, [load]);
  if (part?.load !== load || !part.component) return waiting;
  const Part = part.component;
  return html`<${Part} ...${given} />`;
}
