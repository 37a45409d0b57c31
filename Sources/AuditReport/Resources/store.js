// Where decisions are kept: served, in the ledger; otherwise in the browser, an entry each, so that two tabs lose nothing.

import { data } from "./data.js";
import { changed, say, state } from "./state.js";

const prefix = data ? `assay-decision:${data.key}:` : "";
const earlier = data ? `assay-decisions:${data.key}` : "";
const isServed = location.protocol === "http:";
/** How often other people's decisions are asked for, in milliseconds. */
const pause = 5000;
// Requests go one after the other, so that the last word counts.
let sending = Promise.resolve();
let waiting = 0;
let sent = 0;

/** Begins with what is known, and goes on listening to other tabs. */
export function openStore() {
  if (isServed) {
    load();
    window.addEventListener("focus", load);
    setInterval(() => document.hidden || load(), pause);
  } else {
    state.decisions = { ...data.decisions, ...parsed(read(earlier)) };
    for (const id of storedNames(prefix)) take(id, read(prefix + id));
    window.addEventListener("storage", (event) => {
      if (!event.key?.startsWith(prefix)) return;
      take(event.key.slice(prefix.length), event.newValue);
      changed();
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (waiting) event.preventDefault();
  });
}

/** Keeps the decision of a suspicion, or that there is none any more; what cannot be kept is said. */
export function keep(id) {
  const decision = state.decisions[id];
  if (isServed) send(JSON.stringify({ id, ...decision }));
  else write(prefix + id, JSON.stringify(decision || { decision: null }));
}

/** Names of entries of the browser's store, without what they begin with. */
export function storedNames(start) {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length));
  } catch {
    return [];
  }
}

/** An entry of the browser's store; null where there is none. */
export function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Writes an entry of the browser's store; null removes it. */
export function write(name, text) {
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    say("The browser keeps nothing: download before you leave.");
  }
}

/** The value of a JSON text; an empty object where it is none. */
export function parsed(text) {
  try {
    return JSON.parse(text || "{}") || {};
  } catch {
    return {};
  }
}

/** An entry without a decision takes back what the page was made with. */
function take(id, text) {
  const decision = parsed(text);
  if (decision.decision) state.decisions[id] = decision;
  else delete state.decisions[id];
}

async function load() {
  const before = sent;
  try {
    const response = await fetch("decisions");
    const decisions = await response.json();
    // What was decided meanwhile is not in the answer.
    if (waiting || sent !== before) return;
    if (JSON.stringify(decisions) === JSON.stringify(state.decisions)) return;
    state.decisions = decisions;
    changed();
  } catch {
    say("The server does not answer: start assay-report --serve again.");
  }
}

function send(body) {
  waiting += 1;
  sent += 1;
  sending = sending
    .then(() => post(body))
    .catch((error) => say(`Not kept: ${error.message || "the server does not answer"}`))
    .then(() => {
      waiting -= 1;
    });
}

async function post(body) {
  const response = await fetch("decisions", { method: "POST", body, keepalive: true });
  if (!response.ok) throw new Error(await response.text());
}
