// Where decisions are kept: served, in the ledger; otherwise in the browser.

import { data } from "./data.js";
import { changed, say, state } from "./state.js";

const key = `assay-decisions:${data.key}`;
const isServed = location.protocol === "http:";
// Requests go one after the other, so that the last word counts.
let sending = Promise.resolve();
let waiting = 0;

/** Begins with what is known, and goes on listening to other tabs. */
export function openStore() {
  if (isServed) {
    load();
    window.addEventListener("focus", load);
  } else {
    state.decisions = { ...data.decisions, ...stored(localStorageItem()) };
    window.addEventListener("storage", (event) => {
      if (event.key !== key) return;
      const decisions = stored(event.newValue);
      if (!decisions) return;
      state.decisions = decisions;
      changed();
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (waiting) event.preventDefault();
  });
}

/** Keeps the decision of a suspicion, or that there is none any more; what cannot be kept is said. */
export function keep(id) {
  if (isServed) {
    send(JSON.stringify({ id, ...state.decisions[id] }));
    return;
  }
  try {
    localStorage.setItem(key, JSON.stringify(state.decisions));
  } catch {
    say("The browser keeps nothing: download before you leave.");
  }
}

function localStorageItem() {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function stored(text) {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return null;
  }
}

async function load() {
  try {
    const response = await fetch("decisions");
    state.decisions = await response.json();
    changed();
  } catch {
    say("The server does not answer: start assay-report --serve again.");
  }
}

function send(body) {
  waiting += 1;
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
