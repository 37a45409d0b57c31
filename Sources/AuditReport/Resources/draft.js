// A new box: two corners by the pointer, or the arrow keys.

import { imageOf, ownClass, placeOf } from "./data.js";
import { addDrawn } from "./decisions.js";
import { changed, current, say, state } from "./state.js";

const step = 0.01;

/** Waits for a corner, or the keys. */
export function beginDraft() {
  if (!current()) return;
  state.draft = state.draft ? null : "waiting";
  say(
    state.draft
      ? "Draw the new box, or place it with the arrow keys (Shift: its size) and Enter; Escape leaves it."
      : "",
  );
  changed();
}

/** A box between two places in fractions of the image. */
export function spanDraft(from, to) {
  const clamp = (value) => Math.min(1, Math.max(0, value));
  const [left, right] = [clamp(Math.min(from[0], to[0])), clamp(Math.max(from[0], to[0]))];
  const [top, bottom] = [clamp(Math.min(from[1], to[1])), clamp(Math.max(from[1], to[1]))];
  state.draft = [draftClass(), (left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
  changed();
}

/** Keeps the new box. */
export function endDraft() {
  const row = state.draft;
  if (!Array.isArray(row)) return;
  if (row[3] < 0.002 || row[4] < 0.002) {
    state.draft = "waiting";
    changed();
    return;
  }
  addDrawn(row);
}

/** Obeys a key while a box is drawn; false where the key means something else. */
export function pressDraft(key, isShifted) {
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (key === "Escape") {
    state.draft = null;
    say("");
    changed();
  } else if (key === "Enter") {
    if (Array.isArray(state.draft)) endDraft();
    else startRow();
  } else if (arrows[key]) {
    nudge(arrows[key], isShifted);
  } else {
    return false;
  }
  return true;
}

function nudge([dx, dy], isShifted) {
  if (!Array.isArray(state.draft)) startRow();
  const [id, cx, cy, w, h] = state.draft;
  const bound = (value, side) => Math.min(1 - side / 2, Math.max(side / 2, value));
  if (isShifted) {
    const [wide, tall] = [Math.min(1, Math.max(step, w + dx * step)), Math.min(1, Math.max(step, h + dy * step))];
    state.draft = [id, bound(cx, wide), bound(cy, tall), wide, tall];
  } else {
    state.draft = [id, bound(cx + dx * step, w), bound(cy + dy * step, h), w, h];
  }
  changed();
}

/** A box of the usual size, where something is suspected or in the middle. */
function startRow() {
  const suspicion = current();
  const { labels } = imageOf(suspicion);
  const [w, h] = labels.length ? labels[labels.length >> 1].slice(4) : [0.1, 0.1];
  const [cx, cy] = placeOf(suspicion) || [0.5, 0.5];
  state.draft = [draftClass(), cx, cy, w, h];
  changed();
}

function draftClass() {
  if (Array.isArray(state.draft)) return state.draft[0];
  return ownClass(current()) ?? 0;
}
