// Keys and buttons.

import { choose, decide, download, step, undo } from "./decisions.js";
import { changed } from "./state.js";

const remove = () => decide("accept", { row: null });

const buttons = {
  accept: () => decide("accept"),
  remove,
  reject: () => decide("reject"),
  unsure: () => decide("unsure"),
  undo,
  download,
};

const keys = {
  j: () => step(1),
  ArrowDown: () => step(1),
  k: () => step(-1),
  ArrowUp: () => step(-1),
  Home: () => step(Number.NEGATIVE_INFINITY),
  End: () => step(Number.POSITIVE_INFINITY),
  a: buttons.accept,
  r: buttons.reject,
  u: buttons.unsure,
  d: remove,
  z: undo,
  s: download,
  f: () => toggle("zoom"),
  p: () => toggle("predictions"),
  "/": () => document.getElementById("filter-text").focus(),
};

/** Listens to buttons and keys. */
export function openKeys() {
  for (const [id, act] of Object.entries(buttons)) document.getElementById(id).addEventListener("click", act);
  for (const id of ["zoom", "predictions"]) document.getElementById(id).addEventListener("change", changed);
  document.getElementById("edit-class").addEventListener("change", (event) => choose(Number(event.target.value)));
  document.addEventListener("keydown", press);
}

function toggle(id) {
  const box = document.getElementById(id);
  box.checked = !box.checked;
  changed();
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (key === "Escape") {
    target.blur();
    return;
  }
  const isTyping = target.tagName === "INPUT" && target.type !== "checkbox";
  if (isTyping || target.tagName === "SELECT" || target.tagName === "TEXTAREA") return;
  if (target !== document.body && !document.getElementById("review").contains(target)) return;
  const isDigit = key >= "0" && key <= "9";
  if (!isDigit && !Object.hasOwn(keys, key)) return;
  if (isDigit) choose(Number(key));
  else keys[key]();
  event.preventDefault();
}
