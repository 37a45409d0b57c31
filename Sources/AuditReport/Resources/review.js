// The page's program begins here: the list of suspicions, the image with its boxes, and what the annotator decides.

import { drawCanvas } from "./canvas.js";
import { className, data } from "./data.js";
import { drawDetail } from "./detail.js";
import { openDrag } from "./drag.js";
import { offer, openFilters } from "./filters.js";
import { openKeys } from "./keys.js";
import { drawList, resetList } from "./list.js";
import { changed, subscribe } from "./state.js";
import { openStore } from "./store.js";

offer(
  "edit-class",
  data.classes.map((_, index) => index),
  className,
);
subscribe(drawDetail);
subscribe(drawCanvas);
subscribe(drawList);
openStore();
openFilters(resetList);
openKeys();
openDrag();
window.addEventListener("resize", changed);
