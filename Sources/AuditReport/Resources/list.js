// The list of suspicions: only the rows in view exist, so that a hundred thousand scroll as ten do.

import { baseName, className, colourOf, imageOf, labelOf, ownClass, placeOf } from "./data.js";
import { picture } from "./pictures.js";
import { queueItems } from "./queue.js";
import { changed, probabilityOf, state } from "./state.js";
import { frame } from "./strokes.js";

const rowHeight = 66;
const lineHeight = 30;
const thumbnailSide = 54;
const marks = { accept: "✓", reject: "✗", unsure: "?" };
const rows = new Map();
const box = document.getElementById("review-list");
const inner = document.getElementById("review-list-inner");
let items = [];
/** Where each item begins, and where the last one ends. */
let tops = [0];
/** The item of each suspicion in `shown`. */
let places = [];

/** Listens to scrolling. */
export function openList() {
  box.addEventListener("scroll", drawList, { passive: true });
}

/** Shows another selection, from its current suspicion on. */
export function resetList() {
  items = queueItems();
  tops = [0];
  places = [];
  for (const [place, item] of items.entries()) {
    tops.push(tops[place] + (item.title === undefined ? rowHeight : lineHeight));
    if (item.title === undefined) places[item.index] = place;
  }
  inner.style.height = `${tops.at(-1)}px`;
  rows.clear();
  inner.replaceChildren();
  reveal();
}

/** Scrolls to the current suspicion. */
export function reveal() {
  if (!state.shown.length) return;
  const place = places[state.at];
  const top = state.at === 0 ? 0 : tops[place];
  if (top < box.scrollTop) box.scrollTop = top;
  if (tops[place + 1] > box.scrollTop + box.clientHeight) box.scrollTop = tops[place + 1] - box.clientHeight;
}

/** Makes the rows in view, drops the others, and shows what was decided. */
export function drawList() {
  const first = Math.max(0, itemAt(box.scrollTop) - 3);
  const last = Math.min(items.length, itemAt(box.scrollTop + box.clientHeight) + 4);
  for (const [place, row] of rows) {
    if (place >= first && place < last) continue;
    row.remove();
    rows.delete(place);
  }
  for (let place = first; place < last; place++) {
    if (rows.has(place)) continue;
    const row = items[place].title === undefined ? makeRow(items[place].index) : makeLine(items[place].title);
    row.style.top = `${tops[place]}px`;
    rows.set(place, row);
    inner.append(row);
  }
  for (const [place, row] of rows) if (items[place].title === undefined) mark(row, items[place].index);
  if (state.shown.length) box.setAttribute("aria-activedescendant", `s${state.at}`);
  else box.removeAttribute("aria-activedescendant");
}

/** The last item that begins at or before a height. */
function itemAt(height) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tops[middle + 1] <= height) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mark(row, index) {
  const decision = state.decisions[state.shown[index].id];
  row.setAttribute("aria-selected", index === state.at);
  row.dataset.state = decision ? decision.decision : "";
  row.querySelector(".mark").textContent = decision ? marks[decision.decision] : "";
}

function makeLine(title) {
  const line = document.createElement("div");
  line.className = "review-line";
  line.setAttribute("role", "presentation");
  line.textContent = title;
  return line;
}

function makeRow(index) {
  const suspicion = state.shown[index];
  const row = document.createElement("div");
  row.className = "review-row";
  row.id = `s${index}`;
  row.setAttribute("role", "option");
  const crop = document.createElement("canvas");
  crop.width = thumbnailSide;
  crop.height = thumbnailSide;
  crop.setAttribute("aria-hidden", "true");
  picture(suspicion.image, (element) => drawThumbnail(crop, element, suspicion));
  const text = document.createElement("div");
  const head = document.createElement("div");
  head.className = "review-head";
  const id = ownClass(suspicion);
  const percent = suspicion.kind === "check" ? "" : `${Math.round(probabilityOf(suspicion) * 100)} % `;
  head.textContent = `${percent}${suspicion.kind}`;
  const name = document.createElement("div");
  name.className = "review-head";
  name.textContent = id === null ? "" : className(id);
  const file = document.createElement("bdi");
  file.textContent = baseName(imageOf(suspicion).name) + (suspicion.line === null ? "" : `:${suspicion.line}`);
  file.title = imageOf(suspicion).name;
  text.append(head, name, file);
  const sign = document.createElement("span");
  sign.className = "mark";
  row.append(crop, text, sign);
  row.addEventListener("click", () => {
    state.at = index;
    state.edit = null;
    state.draft = null;
    document.body.classList.remove("shows-queue");
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
  const rectangle = (b) => [
    (b[0] * w - (b[2] * w) / 2 - x) * scale,
    (b[1] * h - (b[3] * h) / 2 - y) * scale,
    b[2] * w * scale,
    b[3] * h * scale,
  ];
  const label = labelOf(suspicion);
  if (label) frame(context, rectangle(label.slice(2)), { colour: colourOf(label[1]), width: 2, dash: [] });
  if (suspicion.box) {
    const colour = colourOf(suspicion.box[0]);
    frame(context, rectangle(suspicion.box.slice(1)), { colour, width: 2, dash: [4, 3] });
  }
}
