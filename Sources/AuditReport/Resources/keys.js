// Keys and buttons.

import { annotator, choose, decide, download, note, step, undo } from "./decisions.js";
import { beginDraft, pressDraft } from "./draft.js";
import { changed, current, state } from "./state.js";
import { acceptChecked } from "./together.js";

const remove = () => current()?.line !== null && decide("accept", { row: null });
// A sample asks whether all is right: yes is that nothing is accepted.
const answer = (isYes) => decide(isYes === (current()?.kind !== "check") ? "accept" : "reject");
const help = document.getElementById("help");

const buttons = {
  accept: () => answer(true),
  remove,
  reject: () => answer(false),
  unsure: () => decide("unsure"),
  undo,
  download,
  draw: beginDraft,
  "help-open": () => help.showModal(),
  "help-close": () => help.close(),
  "filters-open": () => toggleOpen("filters-open", "shows-filters"),
  "queue-open": () => toggleOpen("queue-open", "shows-queue"),
  next: () => step(1),
  previous: () => step(-1),
};

const keys = {
  j: () => step(1),
  ArrowDown: () => step(1),
  k: () => step(-1),
  ArrowUp: () => step(-1),
  Home: () => step(Number.NEGATIVE_INFINITY),
  End: () => step(Number.POSITIVE_INFINITY),
  a: buttons.accept,
  A: acceptChecked,
  r: buttons.reject,
  u: buttons.unsure,
  d: remove,
  z: undo,
  s: download,
  n: beginDraft,
  f: () => toggle("zoom"),
  i: () => toggle("by-image"),
  p: nextPredictions,
  m: () => document.getElementById("note").focus(),
  "+": () => moveConfidence(0.05),
  "-": () => moveConfidence(-0.05),
  "?": buttons["help-open"],
  "/": () => {
    if (!document.body.classList.contains("shows-filters")) buttons["filters-open"]();
    document.getElementById("filter-text").focus();
  },
};

/** Listens to buttons and keys. */
export function openKeys() {
  for (const [id, act] of Object.entries(buttons)) document.getElementById(id).addEventListener("click", act);
  for (const id of ["zoom", "predictions"]) document.getElementById(id).addEventListener("change", changed);
  document.getElementById("confidence").addEventListener("input", showConfidence);
  document.getElementById("edit-class").addEventListener("change", (event) => choose(Number(event.target.value)));
  document.getElementById("note").addEventListener("change", (event) => note(event.target.value.trim()));
  const name = document.getElementById("annotator");
  name.value = annotator();
  name.addEventListener("change", () => annotator(name.value.trim()));
  document.addEventListener("keydown", press);
}

function toggle(id) {
  const box = document.getElementById(id);
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change"));
}

function toggleOpen(id, name) {
  const isOpen = document.body.classList.toggle(name);
  document.getElementById(id).setAttribute("aria-expanded", isOpen);
  changed();
}

function nextPredictions() {
  const select = document.getElementById("predictions");
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
  changed();
}

function moveConfidence(by) {
  const slider = document.getElementById("confidence");
  slider.value = Number(slider.value) + by;
  showConfidence();
}

function showConfidence() {
  document.getElementById("confidence-value").textContent = Number(document.getElementById("confidence").value).toFixed(
    2,
  );
  changed();
}

function press(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const { target, key } = event;
  if (document.getElementById("review").offsetParent === null) return;
  if (state.draft && !isField(target) && pressDraft(key, event.shiftKey)) {
    event.preventDefault();
    return;
  }
  if (key === "Escape") {
    target.blur();
    return;
  }
  if (isField(target) || !isHere(target)) return;
  const isDigit = key >= "0" && key <= "9";
  if (!isDigit && !Object.hasOwn(keys, key)) return;
  if (isDigit) choose(Number(key));
  else keys[key]();
  event.preventDefault();
}

/** Whether keys mean the review: nothing has the focus, something of the review, or a tab. */
function isHere(target) {
  return target === document.body || target.role === "tab" || document.getElementById("review").contains(target);
}

/** Whether what has the focus takes keys for itself. */
function isField(target) {
  const isTyping = target.tagName === "INPUT" && target.type !== "checkbox";
  return isTyping || target.tagName === "SELECT" || target.tagName === "TEXTAREA";
}
