// What stands around the image: its name, why it is suspected, figures, progress.

import { data, imageOf, labelOf } from "./data.js";
import { current, resultOf, state } from "./state.js";

/** Shows the current suspicion in words. */
export function drawDetail() {
  const suspicion = current();
  document.getElementById("review-detail").hidden = !suspicion;
  document.getElementById("review-empty").hidden = Boolean(suspicion);
  drawProgress();
  if (!suspicion) return;
  const image = imageOf(suspicion);
  const decision = state.decisions[suspicion.id];
  const row = resultOf(suspicion);
  write("review-name", image.name + (suspicion.line === null ? "" : `, row ${suspicion.line}`));
  write("review-why", suspicion.why);
  write(
    "review-figures",
    `probability ${(100 * suspicion.probability).toFixed(0)} %, impact ${(100 * suspicion.impact).toFixed(2)} %, ` +
      `loss of the image ${(image.loss || 0).toFixed(3)}, gradient ${(image.gradient || 0).toFixed(2)}`,
  );
  write("review-decision", decision ? `decided: ${decision.decision}` : "not decided yet");
  document.getElementById("edit-class").value = String(row ? row[0] : (labelOf(suspicion) || [0, 0])[1]);
}

function drawProgress() {
  const total = data.suspicions.length;
  const done = data.suspicions.filter((suspicion) => state.decisions[suspicion.id]).length;
  const bar = document.getElementById("review-progress");
  bar.max = Math.max(1, total);
  bar.value = done;
  write("review-done", `${done} of ${total} decided`);
}

function write(id, text) {
  document.getElementById(id).textContent = text;
}
