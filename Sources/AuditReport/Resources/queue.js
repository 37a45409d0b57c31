// Which suspicions are shown, in which order, and the lines between them.

import { baseName, className, data, imageOf, likely, ownClass, placeOf } from "./data.js";
import { changed, probabilityOf, state, worthOf } from "./state.js";

const sides = {
  small: (side) => side < 0.05,
  medium: (side) => side >= 0.05 && side < 0.2,
  large: (side) => side >= 0.2,
};

const orders = {
  worth: worthOf,
  probability: probabilityOf,
  toxicity: (s) => probabilityOf(s) * s.impact,
  impact: (s) => s.impact,
  loss: (s) => imageOf(s).loss,
  gradient: (s) => imageOf(s).gradient,
};

const selects = ["filter-kind", "filter-class", "filter-split", "filter-fold", "filter-state", "filter-size", "sort"];
let isByImage = false;

/** Fills the lists of choices, and filters whenever one changes; `moved` is called after each. */
export function openQueue(moved) {
  const numbers = (values) => [...new Set(values)].sort((a, b) => a - b);
  offer("filter-kind", [...new Set(data.suspicions.map((s) => s.kind))]);
  offer("filter-class", numbers(data.suspicions.map(ownClass).filter((id) => id !== null)), className);
  offer("filter-split", [...new Set(data.images.map((image) => image.split))]);
  offer("filter-fold", numbers(data.images.map((image) => image.fold).filter((fold) => fold)));
  const again = () => {
    filter();
    moved();
    changed();
  };
  for (const id of selects) document.getElementById(id).addEventListener("change", again);
  for (const id of ["filter-text", "filter-score"]) document.getElementById(id).addEventListener("input", again);
  document.getElementById("by-image").addEventListener("change", again);
  again();
}

/** Puts choices into a list. */
export function offer(id, values, nameOf = String) {
  for (const value of values) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = nameOf(value);
    document.getElementById(id).append(option);
  }
}

/** Sorts what comes after the current suspicion anew; what was decided stays where it is. */
export function reorder() {
  if (isByImage) return;
  const free = [];
  for (let index = state.at + 1; index < state.shown.length; index++) {
    if (!state.decisions[state.shown[index].id]) free.push(index);
  }
  const sorted = sortedByMeasure(free.map((index) => state.shown[index]));
  for (const [place, index] of free.entries()) state.shown[index] = sorted[place];
}

/** What is listed: suspicions by their place in `shown`, and lines that say what follows. */
export function queueItems() {
  const items = [];
  let section = null;
  for (const [index, suspicion] of state.shown.entries()) {
    const own = isByImage ? suspicion.image : sectionOf(suspicion);
    if (own !== section && (isByImage || !state.decisions[suspicion.id] || section === null)) {
      section = own;
      items.push({ title: isByImage ? baseName(imageOf(suspicion).name) : own });
    }
    items.push({ index });
  }
  return items;
}

function sectionOf(suspicion) {
  if (suspicion.kind === "check") return "Samples to check: nothing is suspected here";
  if (document.getElementById("sort").value === "worth") return "Worth deciding next";
  return probabilityOf(suspicion) >= likely ? "Likely wrong" : "Less likely";
}

/** The highest first; samples come last, whatever the order. Each is measured once, and equals stay in their order. */
function sortedByMeasure(suspicions) {
  const measure = orders[document.getElementById("sort").value];
  const keys = suspicions.map((s) => [s.kind === "check" ? 1 : 0, measure(s), s]);
  keys.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  return keys.map((key) => key[2]);
}

function filter() {
  const value = (id) => document.getElementById(id).value;
  const [kind, one, split, fold] = ["kind", "class", "split", "fold"].map((name) => value(`filter-${name}`));
  const least = Number(value("filter-score"));
  const fits = sides[value("filter-size")];
  const words = value("filter-text").trim().toLowerCase();
  const kept = state.shown[state.at];
  isByImage = document.getElementById("by-image").checked;
  const fitting = data.suspicions.filter((s) => {
    const image = imageOf(s);
    return (
      (!kind || s.kind === kind) &&
      (one === "" || String(ownClass(s)) === one) &&
      (!split || image.split === split) &&
      (!fold || String(image.fold) === fold) &&
      (s.kind === "check" ? least === 0 : probabilityOf(s) >= least) &&
      (!fits || fits(side(s))) &&
      isInState(s, value("filter-state")) &&
      (!words || image.name.toLowerCase().includes(words))
    );
  });
  state.shown = sortedByMeasure(fitting);
  if (isByImage) groupByImage();
  state.at = Math.max(0, state.shown.indexOf(kept));
  document.getElementById("review-count").textContent = `${state.shown.length} shown`;
}

/** The images in the order of their first suspicion. */
function groupByImage() {
  const groups = new Map();
  for (const suspicion of state.shown) {
    if (!groups.has(suspicion.image)) groups.set(suspicion.image, []);
    groups.get(suspicion.image).push(suspicion);
  }
  state.shown = [...groups.values()].flat();
}

/** Square root of the area, in fractions of the image. */
function side(suspicion) {
  const place = placeOf(suspicion);
  return place ? Math.sqrt(place[2] * place[3]) : 1;
}

function isInState(suspicion, wanted) {
  if (!wanted) return true;
  const decision = state.decisions[suspicion.id];
  return wanted === "open" ? !decision : Boolean(decision) && decision.decision === wanted;
}
