// Which suspicions are shown, and in which order.

import { className, data, imageOf, ownClass, placeOf } from "./data.js";
import { changed, state } from "./state.js";

const sides = {
  small: (side) => side < 0.05,
  medium: (side) => side >= 0.05 && side < 0.2,
  large: (side) => side >= 0.2,
};

const orders = {
  probability: (s) => s.probability,
  toxicity: (s) => s.probability * s.impact,
  impact: (s) => s.impact,
  loss: (s) => imageOf(s).loss,
  gradient: (s) => imageOf(s).gradient,
};

const selects = ["filter-kind", "filter-class", "filter-split", "filter-fold", "filter-state", "filter-size", "sort"];

/** Fills the lists of choices, and filters whenever one changes; `moved` is called after each. */
export function openFilters(moved) {
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

function filter() {
  const value = (id) => document.getElementById(id).value;
  const [kind, one, split, fold] = ["kind", "class", "split", "fold"].map((name) => value(`filter-${name}`));
  const least = Number(value("filter-score"));
  const fits = sides[value("filter-size")];
  const words = value("filter-text").trim().toLowerCase();
  const kept = state.shown[state.at];
  const measure = orders[value("sort")];
  // Sorting keeps the order of equals.
  state.shown = data.suspicions
    .filter((s) => {
      const image = imageOf(s);
      return (
        (!kind || s.kind === kind) &&
        (one === "" || String(ownClass(s)) === one) &&
        (!split || image.split === split) &&
        (!fold || String(image.fold) === fold) &&
        s.probability >= least &&
        (!fits || fits(side(s))) &&
        isInState(s, value("filter-state")) &&
        (!words || image.name.toLowerCase().includes(words))
      );
    })
    .sort((a, b) => measure(b) - measure(a));
  state.at = Math.max(0, state.shown.indexOf(kept));
  document.getElementById("review-count").textContent = `${state.shown.length} shown`;
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
