// Moving a box by its middle, or one of its corners.

import { shownView } from "./canvas.js";
import { labelOf } from "./data.js";
import { decide } from "./decisions.js";
import { changed, current, resultOf, state } from "./state.js";

/** How far from a corner a pointer still means it, in pixels. */
const reach = 12;
const canvas = document.getElementById("review-canvas");
let drag = null;

/** Listens to the pointer. */
export function openDrag() {
  canvas.addEventListener("pointerdown", begin);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", end);
}

function begin(event) {
  const suspicion = current();
  const { view } = shownView;
  if (!suspicion || !view || suspicion.kind === "image") return;
  const own = labelOf(suspicion);
  const row = resultOf(suspicion) || (own ? own.slice(1) : null);
  if (!row) return;
  const near = ([x, y]) => Math.hypot(x - event.offsetX, y - event.offsetY) < reach;
  const corner = view.corners(row).find(near);
  const [x, y] = view.fraction(event.offsetX, event.offsetY);
  const isInside = Math.abs(x - row[1]) < row[3] / 2 && Math.abs(y - row[2]) < row[4] / 2;
  if (!corner && !isInside) return;
  drag = { id: suspicion.id, from: row.slice(), corner, x, y };
  canvas.setPointerCapture(event.pointerId);
  event.preventDefault();
}

function move(event) {
  if (!drag) return;
  const { view } = shownView;
  const [x, y] = view.fraction(event.offsetX, event.offsetY);
  const [id, cx, cy, width, height] = drag.from;
  let [left, right, top, bottom] = [cx - width / 2, cx + width / 2, cy - height / 2, cy + height / 2];
  const clamp = (value) => Math.min(1, Math.max(0, value));
  if (drag.corner) {
    if (drag.corner[2] < 0) left = clamp(x);
    else right = clamp(x);
    if (drag.corner[3] < 0) top = clamp(y);
    else bottom = clamp(y);
  } else {
    const dx = Math.min(1 - right, Math.max(-left, x - drag.x));
    const dy = Math.min(1 - bottom, Math.max(-top, y - drag.y));
    [left, right, top, bottom] = [left + dx, right + dx, top + dy, bottom + dy];
  }
  // A corner may be dragged across the one that stays.
  [left, right] = [Math.min(left, right), Math.max(left, right)];
  [top, bottom] = [Math.min(top, bottom), Math.max(top, bottom)];
  const size = [Math.max(right - left, 1 / view.w), Math.max(bottom - top, 1 / view.h)];
  state.edit = { id: drag.id, row: [id, (left + right) / 2, (top + bottom) / 2, ...size] };
  changed();
}

function end() {
  if (drag && state.edit) decide("accept", { row: state.edit.row, goesOn: false });
  drag = null;
}
