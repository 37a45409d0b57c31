// The list of suspicions: only the rows in view exist, so that ten thousand scroll as ten do.

import { className, colourOf, imageOf, labelOf, ownClass, placeOf } from "./data.js";
import { picture } from "./pictures.js";
import { changed, state } from "./state.js";

const rowHeight = 76;
const thumbnailSide = 64;
const marks = { accept: "✓", reject: "✗", unsure: "?" };
const rows = new Map();
const box = document.getElementById("review-list");
const inner = document.getElementById("review-list-inner");

/** Shows another selection, from its current suspicion on. */
export function resetList() {
  inner.style.height = `${state.shown.length * rowHeight}px`;
  rows.clear();
  inner.replaceChildren();
  reveal();
}

/** Scrolls to the current suspicion. */
export function reveal() {
  const top = state.at * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
}

/** Makes the rows in view, drops the others, and shows what was decided. */
export function drawList() {
  const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - 4);
  const last = Math.min(state.shown.length, Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + 4);
  for (const [index, row] of rows) {
    if (index >= first && index < last) continue;
    row.remove();
    rows.delete(index);
  }
  for (let index = first; index < last; index++) {
    if (rows.has(index)) continue;
    const row = makeRow(index);
    rows.set(index, row);
    inner.append(row);
  }
  for (const [index, row] of rows) {
    row.setAttribute("aria-selected", index === state.at);
    const decision = state.decisions[state.shown[index].id];
    row.dataset.state = decision ? decision.decision : "";
    row.querySelector(".mark").textContent = decision ? marks[decision.decision] : "";
  }
  box.setAttribute("aria-activedescendant", state.shown.length ? `s${state.at}` : "");
}

function makeRow(index) {
  const suspicion = state.shown[index];
  const row = document.createElement("div");
  row.className = "review-row";
  row.id = `s${index}`;
  row.setAttribute("role", "option");
  row.style.top = `${index * rowHeight}px`;
  const crop = document.createElement("canvas");
  crop.width = thumbnailSide;
  crop.height = thumbnailSide;
  crop.setAttribute("aria-hidden", "true");
  picture(suspicion.image, (element) => drawThumbnail(crop, element, suspicion));
  const text = document.createElement("div");
  const head = document.createElement("div");
  head.className = "review-head";
  const id = ownClass(suspicion);
  const name = id === null ? "" : ` · ${className(id)}`;
  head.textContent = `${Math.round(suspicion.probability * 100)} % ${suspicion.kind}${name}`;
  const file = document.createElement("bdi");
  file.textContent = imageOf(suspicion).name + (suspicion.line === null ? "" : `:${suspicion.line}`);
  text.append(head, file);
  const mark = document.createElement("span");
  mark.className = "mark";
  row.append(crop, text, mark);
  row.addEventListener("click", () => {
    state.at = index;
    reveal();
    changed();
  });
  return row;
}

function drawThumbnail(canvas, element, suspicion) {
  const context = canvas.getContext("2d");
  const place = placeOf(suspicion) || [0.5, 0.5, 1, 1];
  const [w, h] = [element.naturalWidth, element.naturalHeight];
  const side = Math.max(24, 1.6 * Math.max(place[2] * w, place[3] * h));
  const x = place[0] * w - side / 2;
  const y = place[1] * h - side / 2;
  const scale = thumbnailSide / side;
  context.fillStyle = "#222";
  context.fillRect(0, 0, thumbnailSide, thumbnailSide);
  context.drawImage(element, x, y, side, side, 0, 0, thumbnailSide, thumbnailSide);
  const frame = (b, style, dash) => {
    context.strokeStyle = style;
    context.lineWidth = 2;
    context.setLineDash(dash);
    const left = (b[0] * w - (b[2] * w) / 2 - x) * scale;
    const top = (b[1] * h - (b[3] * h) / 2 - y) * scale;
    context.strokeRect(left, top, b[2] * w * scale, b[3] * h * scale);
  };
  const label = labelOf(suspicion);
  if (label) frame(label.slice(2), colourOf(label[1]), []);
  if (suspicion.box) frame(suspicion.box.slice(1), "#fff", [4, 3]);
}

box.addEventListener("scroll", drawList, { passive: true });
