// What the page was made with: images with their labels and predictions, suspicions, names of classes. Never changed.

const element = document.getElementById("review-data");

/** The data block of the page, null where nothing is suspected; text in it is shown as text, never as markup. */
export const data = element ? JSON.parse(element.textContent) : null;

/** From this probability on something is likely wrong. */
export const likely = 0.5;

const byImage = new Map();
const byId = new Map();
for (const suspicion of data ? data.suspicions : []) {
  byId.set(suspicion.id, suspicion);
  if (!byImage.has(suspicion.image)) byImage.set(suspicion.image, []);
  byImage.get(suspicion.image).push(suspicion);
}

/** The suspicion of an id; undefined where there is none. */
export function suspicionOf(id) {
  return byId.get(id);
}

/** The suspicions of an image, by its number. */
export function suspicionsIn(image) {
  return byImage.get(image) || [];
}

/** The name of a class, also of one that the dataset does not name. */
export function className(id) {
  return id >= 0 && id < data.classes.length ? data.classes[id] : `class ${id}`;
}

/** The colour in which boxes of a class are drawn. */
export function colourOf(id) {
  const count = data.colours.length;
  return data.colours[((id % count) + count) % count];
}

/** The row that is suspected, `[line, class, cx, cy, w, h]`; null where a row is missing. */
export function labelOf(suspicion) {
  if (suspicion.line === null) return null;
  return imageOf(suspicion).labels.find((label) => label[0] === suspicion.line) || null;
}

/** The image that a suspicion speaks of. */
export function imageOf(suspicion) {
  return data.images[suspicion.image];
}

/** The last part of an image's path. */
export function baseName(name) {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** The class of the row as it stands, or of the row that is missing. */
export function ownClass(suspicion) {
  const label = labelOf(suspicion);
  if (label) return label[1];
  return suspicion.box ? suspicion.box[0] : null;
}

/** Where to look, `[cx, cy, w, h]` in fractions of the image; null for the whole image. */
export function placeOf(suspicion) {
  if (suspicion.box) return suspicion.box.slice(1);
  const label = labelOf(suspicion);
  return label ? label.slice(2) : null;
}

/** Intersection over union of two boxes `[cx, cy, w, h]`. */
export function overlap(a, b) {
  const across = Math.min(a[0] + a[2] / 2, b[0] + b[2] / 2) - Math.max(a[0] - a[2] / 2, b[0] - b[2] / 2);
  const down = Math.min(a[1] + a[3] / 2, b[1] + b[3] / 2) - Math.max(a[1] - a[3] / 2, b[1] - b[3] / 2);
  if (across <= 0 || down <= 0) return 0;
  return (across * down) / (a[2] * a[3] + b[2] * b[3] - across * down);
}

/** The label of the same class that a duplicate repeats; null for none. */
export function otherOf(suspicion) {
  const own = labelOf(suspicion);
  if (!own || suspicion.kind !== "duplicate") return null;
  let best = null;
  for (const label of imageOf(suspicion).labels) {
    if (label[0] === own[0] || label[1] !== own[1]) continue;
    const shared = overlap(label.slice(2), own.slice(2));
    if (shared > 0 && (!best || shared > best.shared)) best = { label, shared };
  }
  return best ? best.label : null;
}
