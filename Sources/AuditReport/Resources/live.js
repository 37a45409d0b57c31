// Probabilities in the light of what is decided: after every ten decisions the rest is judged and ordered anew.

import { data } from "./data.js";
import { drawList, resetList } from "./list.js";
import { reorder } from "./queue.js";
import { probabilityOf, state, subscribe } from "./state.js";

const often = 10;
/** So many decisions' worth of belief in the probabilities as they are. */
const belief = 10;
let judged = 0;
let isWaiting = false;

/** Goes on counting decisions. */
export function openLive() {
  subscribe(() => {
    if (isWaiting || Math.abs(freshDecisions().length - judged) < often) return;
    isWaiting = true;
    // The next picture comes first: what is after it can wait until it is painted.
    requestAnimationFrame(() => setTimeout(learn));
  });
}

function learn() {
  isWaiting = false;
  const fresh = freshDecisions();
  judged = fresh.length;
  state.factors = factorsOf(fresh);
  reorder();
  resetList();
  drawList();
  tell();
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

/** What odds are multiplied by, by kind: accepted against expected; near 1 with few decisions. */
function factorsOf(fresh) {
  const factors = {};
  for (const kind of new Set(fresh.map(([suspicion]) => suspicion.kind))) {
    const own = fresh.filter(([suspicion]) => suspicion.kind === kind);
    const expected = own.reduce((sum, [suspicion]) => sum + suspicion.probability, 0);
    const accepted = own.filter(([, isWrong]) => isWrong).length;
    const [right, rest] = [own.length - accepted, own.length - expected];
    const weight = belief / Math.max(expected, rest, 1e-9);
    const odds = (accepted + weight * expected) / (right + weight * rest);
    factors[kind] = odds / (Math.max(expected, 1e-9) / Math.max(rest, 1e-9));
  }
  return factors;
}

/** How many of those that are listed are wrong and not decided, with an interval at 95 %. */
function tell() {
  let [mean, variance] = [0, 0];
  for (const suspicion of data.suspicions) {
    if (state.decisions[suspicion.id] || suspicion.kind === "check") continue;
    const p = probabilityOf(suspicion);
    mean += p;
    variance += p * (1 - p);
  }
  const half = 1.96 * Math.sqrt(variance);
  const range = `${Math.round(Math.max(0, mean - half))}–${Math.round(mean + half)}`;
  document.getElementById("review-left").textContent = `about ${Math.round(mean)} wrong ones left here (${range})`;
}
