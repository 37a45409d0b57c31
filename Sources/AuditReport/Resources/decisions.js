// Deciding, and taking it back.

import { data, imageOf, labelOf } from "./data.js";
import { reveal } from "./list.js";
import { changed, current, resultOf, say, state } from "./state.js";
import { keep } from "./store.js";

const undone = [];

/** Decides the current suspicion. `row` is what accepting writes, null for none; without it, what is shown. */
export function decide(decision, { row, goesOn = true } = {}) {
  const suspicion = current();
  if (!suspicion) return;
  const own = labelOf(suspicion);
  const name = imageOf(suspicion).name;
  const accepted = row === undefined ? resultOf(suspicion) : row;
  undone.push({ id: suspicion.id, before: state.decisions[suspicion.id] });
  state.decisions[suspicion.id] = {
    decision,
    image: name,
    line: suspicion.line,
    kind: suspicion.kind,
    label: own ? own.slice(1) : null,
    row: decision === "accept" ? accepted : null,
  };
  state.edit = null;
  keep(suspicion.id);
  say(`${decision}: ${name}${suspicion.line === null ? "" : ` row ${suspicion.line}`}`);
  if (goesOn) step(1);
  else changed();
}

/** Accepts the current suspicion with another class. */
export function choose(id) {
  const suspicion = current();
  if (!suspicion || id >= data.classes.length) return;
  const own = labelOf(suspicion);
  const row = resultOf(suspicion) || (own ? own.slice(1) : null);
  if (row) decide("accept", { row: [id, ...row.slice(1)], goesOn: false });
}

/** Takes the last decision back. */
export function undo() {
  const last = undone.pop();
  if (!last) {
    say("Nothing to undo.");
    return;
  }
  if (last.before) state.decisions[last.id] = last.before;
  else delete state.decisions[last.id];
  state.edit = null;
  const index = state.shown.findIndex((suspicion) => suspicion.id === last.id);
  if (index >= 0) state.at = index;
  keep(last.id);
  reveal();
  changed();
  say("Undone.");
}

/** Goes `by` suspicions on, or back. */
export function step(by) {
  if (!state.shown.length) return;
  state.at = Math.min(state.shown.length - 1, Math.max(0, state.at + by));
  state.edit = null;
  reveal();
  changed();
}

/** Gives the decisions to the person as a file for `assay-report apply`. */
export function download() {
  const decisions = Object.keys(state.decisions)
    .sort()
    .map((id) => ({ id, ...state.decisions[id] }));
  const file = { format: "assay-decisions", version: 1, dataset: data.dataset, key: data.key, decisions };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 1)}\n`], { type: "application/json" }));
  link.download = "decisions.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  say(`${decisions.length} decisions downloaded; now: assay-report apply PLAN decisions.json`);
}
