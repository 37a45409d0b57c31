// What a box is, under the pointer.

import { shownView } from "./canvas.js";

const canvas = document.getElementById("review-canvas");
const tip = document.getElementById("hover");

/** Listens to the pointer. */
export function openHover() {
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
}

/** The smallest box below the pointer speaks. */
function point(event) {
  const { view, boxes } = shownView;
  tip.hidden = true;
  if (!view || event.buttons) return;
  const [x, y] = view.fraction(event.offsetX, event.offsetY);
  const below = boxes.filter(({ box }) => Math.abs(x - box[0]) < box[2] / 2 && Math.abs(y - box[1]) < box[3] / 2);
  below.sort((a, b) => a.box[2] * a.box[3] - b.box[2] * b.box[3]);
  if (!below.length) return;
  tip.textContent = below
    .slice(0, 4)
    .map((it) => it.text)
    .join("\n");
  tip.hidden = false;
  const room = canvas.parentElement;
  tip.style.left = `${Math.min(canvas.offsetLeft + event.offsetX + 14, room.clientWidth - tip.offsetWidth - 4)}px`;
  tip.style.top = `${Math.min(canvas.offsetTop + event.offsetY + 14, room.clientHeight - tip.offsetHeight - 4)}px`;
}
