// The dataset's pictures, each loaded when it is first wanted; those not wanted for long are let go.

import { data } from "./data.js";

/** So many are kept. */
const most = 400;
const pictures = new Map();

/** Calls `then` with the picture of an image, now or when it has come. */
export function picture(index, then) {
  let it = pictures.get(index);
  if (it) {
    pictures.delete(index);
  } else {
    it = { element: new Image(), isReady: false, waiting: [] };
    it.element.onload = () => {
      it.isReady = true;
      for (const next of it.waiting.splice(0)) next(it.element);
    };
    it.element.src = data.images[index].src;
  }
  // The last one wanted stands last.
  pictures.set(index, it);
  if (pictures.size > most) pictures.delete(pictures.keys().next().value);
  if (it.isReady) then(it.element);
  else it.waiting.push(then);
}
