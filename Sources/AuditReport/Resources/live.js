// Probabilities in the light of what is decided: each decision changes those of the rest, and what is worth deciding next.

import { calibrate } from "./calibration.js";
import { data } from "./data.js";
import { drawList, resetList } from "./list.js";
import { reorder } from "./queue.js";
import { state, subscribe } from "./state.js";

/** Milliseconds without a decision after which the rest is judged anew, and how long it waits at most. */
const [pause, longestWait] = [150, 1000];

let known = "";
let timer = null;
let changedAt = null;

/**
 * Judges the rest anew whenever decisions change.
 *
 * The next picture comes first, and keys that follow each other quickly are not held up: it waits for a pause.
 */
export function openLive() {
  subscribe(() => {
    if (wordsOf(freshDecisions()) === known) return;
    const now = performance.now();
    changedAt ??= now;
    clearTimeout(timer);
    timer = setTimeout(learn, Math.min(pause, Math.max(0, changedAt + longestWait - now)));
  });
}

function learn() {
  changedAt = null;
  const fresh = freshDecisions();
  known = wordsOf(fresh);
  state.calibration = calibrate(fresh.map(([suspicion, isWrong]) => [suspicion.probability, suspicion.kind, isWrong]));
  reorder();
  resetList();
  drawList();
  tell();
}

/** What tells decisions apart. */
function wordsOf(fresh) {
  return fresh.map(([suspicion, isWrong]) => `${suspicion.id}${isWrong}`).join();
}

/** Decisions that the page's probabilities do not know of yet: `[suspicion, isWrong]`. */
function freshDecisions() {
  const fresh = [];
  for (const suspicion of data.suspicions) {
    const decision = state.decisions[suspicion.id];
    if (!decision || decision.decision === "unsure" || suspicion.kind === "check") continue;
    if (data.decisions[suspicion.id] !== decision) fresh.push([suspicion, decision.decision === "accept"]);
  }
  return fresh;
}

/** How many of those that are listed are wrong and not decided, with bounds for nine cases in ten. */
function tell() {
  let [mean, low, high] = [0, 0, 0];
  for (const suspicion of data.suspicions) {
    if (state.decisions[suspicion.id] || suspicion.kind === "check") continue;
    const [least, most] = state.calibration.range(suspicion.probability, suspicion.kind);
    mean += state.calibration.probability(suspicion.probability, suspicion.kind);
    low += least;
    high += most;
  }
  const range = `${Math.floor(low)}–${Math.ceil(high)}`;
  document.getElementById("review-left").textContent = `about ${Math.round(mean)} wrong ones left here (${range})`;
}
