// The dataset's pictures, each loaded once and when it is first wanted.

import { data } from "./data.js";

const pictures = new Map();

/** Calls `then` with the picture of an image, now or when it has come. */
export function picture(index, then) {
  let it = pictures.get(index);
  if (!it) {
    it = { element: new Image(), isReady: false, waiting: [] };
    it.element.onload = () => {
      it.isReady = true;
      for (const next of it.waiting.splice(0)) next(it.element);
    };
    it.element.src = data.images[index].src;
    pictures.set(index, it);
  }
  if (it.isReady) then(it.element);
  else it.waiting.push(then);
}
