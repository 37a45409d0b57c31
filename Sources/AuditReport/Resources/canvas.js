// The image of the current suspicion with its boxes.

import { className, colourOf, imageOf, labelOf, placeOf } from "./data.js";
import { picture } from "./pictures.js";
import { current, resultOf, state } from "./state.js";
import { View } from "./view.js";

const canvas = document.getElementById("review-canvas");
/** The largest height of the canvas, in pixels. */
const tallest = 760;
/** How many pictures are loaded ahead. */
const ahead = 3;

/** What the canvas shows; null before the first picture. */
export const shownView = { view: null };

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
  const room = Math.max(200, canvas.parentElement.clientWidth);
  const tall = Math.max(240, Math.min(window.innerHeight * 0.62, tallest));
  const place = document.getElementById("zoom").checked ? placeOf(suspicion) : null;
  const view = View.fitting(element.naturalWidth, element.naturalHeight, place, room, tall);
  shownView.view = view;
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [view.width * view.scale, view.height * view.scale];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.imageSmoothingEnabled = view.scale < 3;
  context.drawImage(element, view.x, view.y, view.width, view.height, 0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  drawOthers(context, view, suspicion);
  drawOwn(context, view, suspicion);
}

/** Predictions and the other labels, faint. */
function drawOthers(context, view, suspicion) {
  const image = imageOf(suspicion);
  if (document.getElementById("predictions").checked) {
    for (const prediction of image.predictions) {
      const text = `${className(prediction[0])} ${prediction[1].toFixed(2)}`;
      drawBox(context, view, prediction.slice(2), { colour: "#dfe6ee", width: 1, dash: [2, 3], text, isFaint: true });
    }
  }
  for (const label of image.labels) {
    if (suspicion.line && label[0] === suspicion.line) continue;
    const [colour, text] = [colourOf(label[1]), className(label[1])];
    drawBox(context, view, label.slice(2), { colour, width: 1.5, dash: [], text, isFaint: true });
  }
}

/** The label that is suspected, and the row that accepting writes. */
function drawOwn(context, view, suspicion) {
  const own = labelOf(suspicion);
  const row = resultOf(suspicion);
  const isMoved = !own || !row || row.slice(1).some((value, index) => Math.abs(value - own[index + 2]) > 1e-4);
  if (own) {
    const text = isMoved ? className(own[1]) : "";
    drawBox(context, view, own.slice(2), { colour: colourOf(own[1]), width: 3, dash: [], text });
  }
  if (row) {
    const text = `${isMoved ? "" : `${className(own[1])} `}→ ${className(row[0])}`;
    drawBox(context, view, row.slice(1), { colour: "#ffffff", width: 2.5, dash: [7, 4], text });
    context.setLineDash([]);
    context.fillStyle = "#fff";
    for (const [x, y] of view.corners(row)) context.fillRect(x - 3.5, y - 3.5, 7, 7);
  } else if (own) {
    strikeOut(context, view.rectangle(own.slice(2)));
  }
}

function drawBox(context, view, box, { colour, width, dash, text, isFaint = false }) {
  const [left, top, wide, tall] = view.rectangle(box);
  context.globalAlpha = isFaint ? 0.55 : 1;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.strokeRect(left, top, wide, tall);
  if (text) {
    const above = top < 17 ? top : top - 17;
    context.fillStyle = "#000b";
    context.fillRect(left, above, context.measureText(text).width + 8, 17);
    context.fillStyle = colour;
    context.fillText(text, left + 4, above + 12.5);
  }
  context.globalAlpha = 1;
}

/** A row that accepting removes. */
function strikeOut(context, [left, top, width, height]) {
  context.strokeStyle = "#ff453a";
  context.lineWidth = 2.5;
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(left, top);
  context.lineTo(left + width, top + height);
  context.moveTo(left + width, top);
  context.lineTo(left, top + height);
  context.stroke();
}
