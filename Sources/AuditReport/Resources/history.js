// What was done, step by step, so that it can be taken back: also after a reload, and without end.

import { data } from "./data.js";
import { parsed, read, storedNames, write } from "./store.js";

const prefix = data ? `assay-undo:${data.key}:` : "";
let count = 0;

/** Finds the steps of earlier visits. */
export function openHistory() {
  for (const name of storedNames(prefix)) count = Math.max(count, Number(name) + 1);
}

/** Remembers a step: what was decided before, `[{ id, before }]`. */
export function remember(step) {
  write(prefix + count, JSON.stringify(step));
  count += 1;
}

/** The last step, which is forgotten; null where there is none. */
export function lastStep() {
  while (count > 0) {
    count -= 1;
    const step = parsed(read(prefix + count));
    write(prefix + count, null);
    if (Array.isArray(step)) return step;
  }
  return null;
}
