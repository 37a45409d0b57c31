// What the page was made with: images with their labels and predictions, suspicions, names of classes. Never changed.

/** The data block of the page; text in it is shown as text, never as markup. */
export const data = JSON.parse(document.getElementById("review-data").textContent);

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
