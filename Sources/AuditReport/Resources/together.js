// All suspicions of the image that is shown, to be accepted together.

import { leastConfidence } from "./boxes.js";
import { className, imageOf, likely, ownClass, suspicionsIn } from "./data.js";
import { acceptAll, drawnIn, removeDrawn, show } from "./decisions.js";
import { current, probabilityOf, say, state } from "./state.js";

/** More than this are counted, not listed. */
const most = 60;
const list = document.getElementById("together-list");
let [image, checked, drawnState] = [-1, new Set(), ""];

/** Listens to the buttons. */
export function openTogether() {
  document.getElementById("accept-checked").addEventListener("click", acceptChecked);
  document.getElementById("check-all").addEventListener("click", () => {
    for (const suspicion of open()) checked.add(suspicion.id);
    drawnState = "";
    drawTogether();
  });
}

/** Accepts what is checked. */
export function acceptChecked() {
  if (!current()) return;
  const chosen = open().filter((suspicion) => checked.has(suspicion.id));
  if (chosen.length) acceptAll(chosen);
  else say("Nothing in this image is checked.");
}

/** Shows the image's suspicions, with those checked that are likely. */
export function drawTogether() {
  const suspicion = current();
  if (!suspicion) return;
  if (suspicion.image !== image) {
    image = suspicion.image;
    checked = new Set(
      open()
        .filter((it) => probabilityOf(it) >= likely)
        .map((it) => it.id),
    );
  }
  const members = suspicionsIn(image);
  const drawn = drawnIn(image);
  const now = [
    image,
    suspicion.id,
    leastConfidence(),
    ...members.map((it) => state.decisions[it.id]?.decision),
    ...drawn,
  ].join();
  if (now === drawnState) return;
  drawnState = now;
  document.getElementById("together").hidden = false;
  document.getElementById("together-summary").textContent = summary(imageOf(suspicion));
  list.replaceChildren(...members.slice(0, most).map(makeItem), ...drawn.map(makeDrawn));
  const rest = members.length - most;
  if (rest > 0) list.append(`… and ${rest} more`);
  drawButton();
}

/** What a person may accept together: open, and with an effect. */
function open() {
  return suspicionsIn(image).filter((it) => !state.decisions[it.id] && it.kind !== "check");
}

function drawButton() {
  const count = open().filter((it) => checked.has(it.id)).length;
  document.getElementById("accept-checked-verb").textContent = `Accept ${count} checked`;
  document.getElementById("accept-checked").disabled = count === 0;
  document.getElementById("check-all").disabled = open().length === count;
}

function summary({ labels, predictions }) {
  const seen = predictions.filter((it) => it[1] >= leastConfidence());
  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const classes = [...new Set(seen.map((it) => it[0]))].sort((a, b) => a - b);
  const parts = classes.map((id) => `${seen.filter((it) => it[0] === id).length} ${className(id)}`);
  return `${count(labels.length, "label")}; the model sees ${parts.join(", ") || "nothing"}.`;
}

function makeItem(suspicion) {
  const item = document.createElement("li");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = checked.has(suspicion.id);
  const decision = state.decisions[suspicion.id];
  const id = ownClass(suspicion);
  const row = suspicion.line === null ? "" : `, row ${suspicion.line}`;
  const percent = suspicion.kind === "check" ? "" : ` ${Math.round(100 * probabilityOf(suspicion))} %`;
  const text = `${suspicion.kind}${id === null ? "" : ` ${className(id)}`}${row}${percent}`;
  box.setAttribute("aria-label", `accept ${text} with the others`);
  box.disabled = Boolean(decision) || suspicion.kind === "check";
  box.addEventListener("change", () => {
    if (box.checked) checked.add(suspicion.id);
    else checked.delete(suspicion.id);
    drawButton();
  });
  const name = document.createElement("button");
  name.type = "button";
  name.className = "plain";
  name.textContent = text + (decision ? ` – ${decision.decision}` : "");
  if (suspicion === current()) name.setAttribute("aria-current", "true");
  name.addEventListener("click", () => show(suspicion.id) || say("The filters leave this one out."));
  item.append(box, name);
  return item;
}

function makeDrawn([id, row]) {
  const item = document.createElement("li");
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "plain";
  remove.textContent = `${className(row[0])}, drawn – take it away`;
  remove.addEventListener("click", () => removeDrawn(id));
  item.append(remove);
  return item;
}
