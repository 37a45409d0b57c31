// What is shown and what was decided. Whoever changes it calls `changed`; whoever shows it subscribes.

import { calibrate } from "./calibration.js";
import { data } from "./data.js";

/** The one state of the page. */
export const state = {
  /** Decisions by the id of their suspicion. */
  decisions: data ? data.decisions : {},
  /** Suspicions that the filters let through, in order. */
  shown: [],
  /** The place of the current one in `shown`. */
  at: 0,
  /** A row that is being dragged, `{ id, row }`; null for none. */
  edit: null,
  /** A new box that is being drawn, `[class, cx, cy, w, h]`, or `"waiting"` for its first corner; null for none. */
  draft: null,
  /** Notes about suspicions that are not decided yet, by id. */
  notes: {},
  /** What the decisions of this session make of probabilities. */
  calibration: calibrate([]),
};

const listeners = [];

/** Calls `listener` after every change. */
export function subscribe(listener) {
  listeners.push(listener);
}

/** Shows the state as it is now. */
export function changed() {
  for (const listener of listeners) listener();
}

/** The suspicion to decide; undefined where the filters let none through. */
export function current() {
  return state.shown[state.at];
}

/** How probable it is by now. */
export function probabilityOf(suspicion) {
  return state.calibration.probability(suspicion.probability, suspicion.kind);
}

/** How much it is worth to decide it next. */
export function worthOf(suspicion) {
  return state.calibration.worth(suspicion.probability, suspicion.kind);
}

/** The row that accepting writes: `[class, cx, cy, w, h]`, or null for none. */
export function resultOf(suspicion) {
  const decision = state.decisions[suspicion.id];
  if (state.edit && state.edit.id === suspicion.id) return state.edit.row;
  if (decision && decision.decision === "accept") return decision.row;
  return suspicion.box ? suspicion.box.slice() : null;
}

/** Says something to the person, also to one who listens. */
export function say(text) {
  document.getElementById("review-status").textContent = text;
}
