// What stands beside the image: the question, its answers, figures, progress.

import { baseName, className, data, imageOf, labelOf, likely } from "./data.js";
import { current, probabilityOf, resultOf, state } from "./state.js";
import { verdictOf, wordsOf } from "./words.js";

/** Shows the current suspicion in words. */
export function drawDetail() {
  const suspicion = current();
  document.getElementById("review-detail").hidden = !suspicion;
  document.getElementById("review-stage").hidden = !suspicion;
  document.getElementById("review-empty").hidden = Boolean(suspicion);
  drawProgress();
  if (!suspicion) return;
  const image = imageOf(suspicion);
  const decision = state.decisions[suspicion.id];
  const row = resultOf(suspicion);
  const words = wordsOf(suspicion);
  write("review-name", baseName(image.name) + (suspicion.line === null ? "" : `, row ${suspicion.line}`));
  document.getElementById("review-name").title = image.name;
  write("review-question", words.question);
  write("accept-verb", words.yes);
  write("reject-verb", words.no);
  document.getElementById("remove").disabled = suspicion.line === null;
  write(
    "review-why",
    suspicion.kind === "check" ? "Nothing is suspected in this image; it was drawn at random." : suspicion.why,
  );
  drawFigures(suspicion, image);
  write("review-decision", verdictOf(suspicion, decision) + (decision?.by ? `, by ${decision.by}` : ""));
  const note = document.getElementById("note");
  if (document.activeElement !== note) note.value = decision?.note || state.notes[suspicion.id] || "";
  document.getElementById("edit-class").value = String(row ? row[0] : (labelOf(suspicion) || [0, 0])[1]);
}

function drawFigures(suspicion, image) {
  const percent = (value, decimals) => `${(100 * value).toFixed(decimals)} %`;
  const isCheck = suspicion.kind === "check";
  write("figure-probability", isCheck ? "–" : percent(probabilityOf(suspicion), 0));
  write("figure-impact", isCheck ? "–" : percent(suspicion.impact, 2));
  write("figure-loss", (image.loss || 0).toFixed(2));
  write("figure-gradient", (image.gradient || 0).toFixed(1));
  write("figure-place", `${image.split}${image.fold ? `, fold ${image.fold}` : ""}`);
}

function drawProgress() {
  let [total, done, left] = [0, 0, 0];
  for (const suspicion of data.suspicions) {
    const decision = state.decisions[suspicion.id];
    total += 1;
    if (decision) done += 1;
    else if (suspicion.kind !== "check" && probabilityOf(suspicion) >= likely) left += 1;
  }
  const bar = document.getElementById("review-progress");
  bar.max = Math.max(1, total);
  bar.value = done;
  write("review-done", `${done} of ${total} decided`);
  const missing = Math.round(data.expected.missing || 0);
  const parts = [
    `${left} likely wrong`,
    missing ? `${missing} expected missing` : "",
    `${total - done - left} less likely`,
  ];
  write("review-headline", parts.filter(Boolean).join(" · "));
}

/** Names of all classes in the list to choose from. */
export function nameClasses(offer) {
  const key = (id) => (id < 10 ? `${id} ` : "");
  offer(
    "edit-class",
    data.classes.map((_, index) => index),
    (id) => key(id) + className(id),
  );
}

function write(id, text) {
  document.getElementById(id).textContent = text;
}
