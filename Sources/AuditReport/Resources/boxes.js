// The boxes of the image that is shown: what they are, how they are drawn, and what they are called.

import { className, colourOf, imageOf, labelOf, otherOf, overlap, placeOf } from "./data.js";
import { drawnIn } from "./decisions.js";
import { resultOf, state } from "./state.js";

const seen = document.getElementById("predictions");
const confidence = document.getElementById("confidence");

/** From this confidence on predictions are shown. */
export function leastConfidence() {
  return Number(confidence.value);
}

/** Predictions to show: confident ones near the box that is judged, or all of them. */
export function predictionsOf(suspicion) {
  if (seen.value === "none") return [];
  const place = placeOf(suspicion);
  const row = resultOf(suspicion);
  const near = row ? row.slice(1) : place;
  return imageOf(suspicion).predictions.filter(
    (it) => it[1] >= leastConfidence() && (seen.value === "all" || !near || overlap(it.slice(2), near) > 0.02),
  );
}

/** Everything that is drawn, the lowest first: `{ box, colour, width, dash, text }`. */
export function boxesOf(suspicion) {
  const own = labelOf(suspicion);
  const row = resultOf(suspicion);
  const other = otherOf(suspicion);
  const boxes = imageOf(suspicion)
    .labels.filter((label) => label !== own && label !== other)
    .map((label) => labelBox(label, 1.5));
  for (const it of predictionsOf(suspicion)) {
    const text = `${className(it[0])} predicted, confidence ${it[1].toFixed(2)}`;
    boxes.push({ box: it.slice(2), colour: colourOf(it[0]), width: 2, dash: [3, 4], text });
  }
  for (const [, drawn] of drawnIn(suspicion.image)) {
    boxes.push({
      box: drawn.slice(1),
      colour: colourOf(drawn[0]),
      width: 2.5,
      dash: [],
      text: `${className(drawn[0])}, drawn`,
    });
  }
  if (other)
    boxes.push({ ...labelBox(other, 3), colour: "#ffffff", text: `row ${other[0]}, the other ${className(other[1])}` });
  if (own) boxes.push({ ...labelBox(own, 3), isOwn: true, isStruck: !row && suspicion.kind !== "check" });
  if (row) boxes.push(proposed(row, own ? "as it would be" : "to add"));
  if (Array.isArray(state.draft)) boxes.push(proposed(state.draft, "new"));
  return boxes;
}

function labelBox(label, width) {
  const text = `${className(label[1])}, row ${label[0]}`;
  return { box: label.slice(2), colour: colourOf(label[1]), width, dash: [], text };
}

function proposed(row, what) {
  const text = `${className(row[0])}, ${what}`;
  return { box: row.slice(1), colour: colourOf(row[0]), width: 3, dash: [9, 5], text, corners: row };
}
