// The image of the current suspicion with its boxes.

import { boxesOf } from "./boxes.js";
import { placeOf } from "./data.js";
import { picture } from "./pictures.js";
import { current, state } from "./state.js";
import { frame, handle, strikeOut } from "./strokes.js";
import { View } from "./view.js";

const canvas = document.getElementById("review-canvas");
/** How many pictures are loaded ahead. */
const ahead = 4;

/** What the canvas shows; null before the first picture. */
export const shownView = { view: null, boxes: [] };

/** Draws the current suspicion, when its picture has come. */
export function drawCanvas() {
  const suspicion = current();
  if (!suspicion) return;
  picture(suspicion.image, (element) => {
    if (current() === suspicion) drawImage(element, suspicion);
  });
  for (const next of state.shown.slice(state.at + 1, state.at + 1 + ahead)) picture(next.image, () => {});
}

function drawImage(element, suspicion) {
  const room = Math.max(120, canvas.parentElement.clientWidth);
  const tall = Math.max(120, canvas.parentElement.clientHeight);
  const place = document.getElementById("zoom").checked ? placeOf(suspicion) : null;
  const view = View.fitting(element.naturalWidth, element.naturalHeight, place, room, tall);
  shownView.view = view;
  shownView.boxes = boxesOf(suspicion);
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [view.width * view.scale, view.height * view.scale];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.dataset.image = suspicion.image;
  canvas.dataset.suspicion = suspicion.id;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.imageSmoothingEnabled = view.scale < 3;
  context.drawImage(element, view.x, view.y, view.width, view.height, 0, 0, width, height);
  for (const it of shownView.boxes) {
    const rectangle = view.rectangle(it.box);
    frame(context, rectangle, it);
    if (it.isStruck) strikeOut(context, rectangle);
    for (const [x, y] of it.corners ? view.corners(it.corners) : []) handle(context, x, y);
  }
}
