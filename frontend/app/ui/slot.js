// @ts-check
/** A place for a part that is loaded on its own; when it fails, that is told and the rest works without it. */

import { html } from "htm/preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";

/**
 * @param {{ load: (given: any) => Promise<{ default: any }>, with: { app: import("../app.js").App, close?: () => void, [more: string]: unknown } }} props
 *   load: must stay the same function; close: takes a part away that is not there
 */
export function Slot({ load, with: given }) {
  const { app } = given;
  const [part, setPart] = useState(/** @type {{ load: unknown, component: any } | null} */ (null));
  const fail = (/** @type {unknown} */ problem) => {
    app.notices.problem(problem);
    given.close?.();
  };
  const [failure] = useErrorBoundary(fail);
  useEffect(() => {
    let isWanted = true;
    load(given).then(
      (module) => isWanted && setPart({ load, component: module.default }),
      (problem) => isWanted && fail(problem),
    );
    return () => {
      isWanted = false;
    };
  }, [load]);
  if (failure || part?.load !== load || !part.component) return null;
  const Part = part.component;
  return html`<${Part} ...${given} />`;
}
