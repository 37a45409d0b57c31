// Deciding, and taking it back.

import { baseName, data, imageOf, labelOf, suspicionOf } from "./data.js";
import { lastStep, remember } from "./history.js";
import { reveal } from "./list.js";
import { changed, current, resultOf, say, state } from "./state.js";
import { keep, read, write } from "./store.js";
import { verdictOf } from "./words.js";

const nameEntry = "assay-name";
const drawnPrefix = "drawn-";

/** Decides the current suspicion. `row` is what accepting writes, null for none; without it, what is shown. */
export function decide(decision, { row, goesOn = true } = {}) {
  const suspicion = current();
  if (!suspicion) return;
  apply([[suspicion.id, decided(suspicion, decision, row)]]);
  state.edit = null;
  const name = baseName(imageOf(suspicion).name);
  const verdict = verdictOf(suspicion, state.decisions[suspicion.id]);
  say(`${name}${suspicion.line === null ? "" : ` row ${suspicion.line}`}, ${verdict}`);
  if (goesOn) step(1);
  else changed();
}

/** Accepts several suspicions in one step, which one undo takes back. */
export function acceptAll(suspicions) {
  if (!suspicions.length) {
    say("Nothing to accept.");
    return;
  }
  apply(suspicions.map((suspicion) => [suspicion.id, decided(suspicion, "accept")]));
  say(`${suspicions.length} accepted in ${baseName(imageOf(suspicions[0]).name)}; z takes them back together`);
  const image = suspicions[0].image;
  while (state.at < state.shown.length - 1 && isDone(current(), image)) state.at += 1;
  reveal();
  changed();
}

function isDone(suspicion, image) {
  return suspicion.image === image && state.decisions[suspicion.id];
}

/** Adds a box that a person has drawn to the image of the current suspicion. */
export function addDrawn(row) {
  const suspicion = current();
  const id = drawnPrefix + [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16)).join("");
  const image = imageOf(suspicion);
  const changes = [
    [id, signed({ decision: "accept", image: image.name, line: null, kind: "missing", label: null, row })],
  ];
  // Whoever draws into a sample has found something wrong in it.
  if (suspicion.kind === "check") changes.push([suspicion.id, decided(suspicion, "accept")]);
  apply(changes);
  state.draft = null;
  say("Box added; z takes it back.");
  changed();
}

/** The boxes that people have drawn into an image, `[id, row]`. */
export function drawnIn(image) {
  const { name } = data.images[image];
  return Object.entries(state.decisions)
    .filter(([id, decision]) => id.startsWith(drawnPrefix) && decision.image === name)
    .map(([id, decision]) => [id, decision.row]);
}

/** Takes a drawn box away. */
export function removeDrawn(id) {
  apply([[id, undefined]]);
  changed();
}

/** Accepts the current suspicion with another class. */
export function choose(id) {
  const suspicion = current();
  if (!suspicion || id >= data.classes.length) return;
  if (Array.isArray(state.draft)) {
    state.draft = [id, ...state.draft.slice(1)];
    changed();
    return;
  }
  const own = labelOf(suspicion);
  const row = resultOf(suspicion) || (own ? own.slice(1) : null);
  if (row) decide("accept", { row: [id, ...row.slice(1)], goesOn: false });
}

/** Keeps a note about the current suspicion. */
export function note(text) {
  const suspicion = current();
  if (!suspicion) return;
  const decision = state.decisions[suspicion.id];
  state.notes[suspicion.id] = text;
  if (decision) apply([[suspicion.id, signed({ ...decision, note: text || undefined })]]);
  changed();
}

/** Who decides; an empty text for nobody. */
export function annotator(name) {
  if (name !== undefined) write(nameEntry, name || null);
  return read(nameEntry) || "";
}

/** Takes the last step back. */
export function undo() {
  const last = lastStep();
  if (!last) {
    say("Nothing to undo.");
    return;
  }
  for (const { id, before } of last) set(id, before || undefined);
  state.edit = null;
  state.draft = null;
  const ids = new Set(last.map((change) => change.id));
  const index = state.shown.findIndex((suspicion) => ids.has(suspicion.id));
  if (index >= 0) state.at = index;
  reveal();
  changed();
  say(last.length > 1 ? `${last.length} decisions undone.` : "Undone.");
}

/** Goes `by` suspicions on, or back. */
export function step(by) {
  if (!state.shown.length) return;
  state.at = Math.min(state.shown.length - 1, Math.max(0, state.at + by));
  state.edit = null;
  state.draft = null;
  reveal();
  changed();
}

/** Shows a suspicion by its id; false where it is not in the list. */
export function show(id) {
  const suspicion = suspicionOf(id);
  const index = suspicion ? state.shown.indexOf(suspicion) : -1;
  if (index < 0) return false;
  state.at = index;
  step(0);
  return true;
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

function decided(suspicion, decision, row) {
  const own = labelOf(suspicion);
  const accepted = row === undefined ? resultOf(suspicion) : row;
  const known = state.decisions[suspicion.id];
  return signed({
    decision,
    image: imageOf(suspicion).name,
    line: suspicion.line,
    kind: suspicion.kind,
    label: own ? own.slice(1) : null,
    row: decision === "accept" ? accepted : null,
    note: state.notes[suspicion.id] || known?.note || undefined,
  });
}

function signed(decision) {
  return { ...decision, by: annotator() || undefined };
}

/** Makes changes, `[id, decision]` each, in one step. */
function apply(changes) {
  remember(changes.map(([id]) => ({ id, before: state.decisions[id] || null })));
  for (const [id, decision] of changes) set(id, decision);
}

function set(id, decision) {
  if (decision) state.decisions[id] = decision;
  else delete state.decisions[id];
  keep(id);
}
