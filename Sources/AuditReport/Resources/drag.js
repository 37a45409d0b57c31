// The pointer on the image: moving a box by its middle or one of its corners, drawing a new one, going on by a swipe.

import { shownView } from "./canvas.js";
import { labelOf } from "./data.js";
import { decide, step } from "./decisions.js";
import { endDraft, spanDraft } from "./draft.js";
import { changed, current, resultOf, state } from "./state.js";

/** How far from a corner a pointer still means it, in pixels; a finger is less exact. */
const reach = { mouse: 12, pen: 16, touch: 26 };
/** How far a finger goes for a swipe, in pixels. */
const swipe = 60;
const canvas = document.getElementById("review-canvas");
let drag = null;

/** Listens to the pointer. */
export function openDrag() {
  canvas.addEventListener("pointerdown", begin);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", () => {
    drag = null;
  });
}

function begin(event) {
  const suspicion = current();
  const { view } = shownView;
  if (!suspicion || !view) return;
  const [x, y] = view.fraction(event.offsetX, event.offsetY);
  const start = { x, y, clientX: event.clientX, clientY: event.clientY };
  drag = state.draft ? { ...start, isNew: true } : ofBox(suspicion, start, event);
  if (!drag && event.pointerType === "touch") drag = { ...start, isSwipe: true };
  if (!drag) return;
  canvas.setPointerCapture(event.pointerId);
  event.preventDefault();
}

function ofBox(suspicion, start, event) {
  if (suspicion.kind === "image" || suspicion.kind === "check") return null;
  const { view } = shownView;
  const own = labelOf(suspicion);
  const row = resultOf(suspicion) || (own ? own.slice(1) : null);
  if (!row) return null;
  const far = reach[event.pointerType] || reach.mouse;
  const corner = view.corners(row).find(([x, y]) => Math.hypot(x - event.offsetX, y - event.offsetY) < far);
  const isInside = Math.abs(start.x - row[1]) < row[3] / 2 && Math.abs(start.y - row[2]) < row[4] / 2;
  return corner || isInside ? { ...start, id: suspicion.id, from: row.slice(), corner } : null;
}

function move(event) {
  if (!drag || drag.isSwipe) return;
  const { view } = shownView;
  const [x, y] = view.fraction(event.offsetX, event.offsetY);
  if (drag.isNew) {
    spanDraft([drag.x, drag.y], [x, y]);
    return;
  }
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

function end(event) {
  if (!drag) return;
  const { isNew, isSwipe, clientX, clientY } = drag;
  drag = null;
  const [across, down] = [event.clientX - clientX, event.clientY - clientY];
  if (isNew) endDraft();
  else if (isSwipe && Math.abs(across) > swipe && Math.abs(across) > 2 * Math.abs(down)) step(across < 0 ? 1 : -1);
  else if (state.edit) decide("accept", { row: state.edit.row, goesOn: false });
}
