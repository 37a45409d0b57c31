// The page's program begins here: the views, and the review where something is suspected.

import { drawCanvas } from "./canvas.js";
import { data, suspicionOf } from "./data.js";
import { show } from "./decisions.js";
import { drawDetail, nameClasses } from "./detail.js";
import { openDrag } from "./drag.js";
import { openHistory } from "./history.js";
import { openHover } from "./hover.js";
import { openKeys } from "./keys.js";
import { drawList, openList, resetList } from "./list.js";
import { openLive } from "./live.js";
import { offer, openQueue } from "./queue.js";
import { changed, current, say, subscribe } from "./state.js";
import { openStore } from "./store.js";
import { openTables } from "./tables.js";
import { address, openTabs, whenShown } from "./tabs.js";
import { drawTogether, openTogether } from "./together.js";

/** The address follows the suspicion after this many milliseconds. */
const patience = 300;

function openReview() {
  nameClasses(offer);
  subscribe(drawDetail);
  subscribe(drawTogether);
  subscribe(drawCanvas);
  subscribe(drawList);
  openStore();
  openHistory();
  openList();
  openQueue(resetList);
  openLive();
  openKeys();
  openDrag();
  openHover();
  openTogether();
  followAddress();
  window.addEventListener("resize", changed);
  // Pictures that the page holds already are not held a second time.
  for (const image of document.querySelectorAll("img[data-image]")) {
    const it = data.images[Number(image.dataset.image)];
    if (it) image.src = it.src;
  }
}

function followAddress() {
  let timer = 0;
  subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (document.body.dataset.view === "review" && current()) address(`review/${current().id}`);
    }, patience);
  });
  whenShown((view, [id]) => {
    if (view !== "review") return;
    if (id && suspicionOf(id) && !show(id)) say("The filters leave this one out.");
    resetList();
    changed();
  });
}

if (data) openReview();
openTables();
openTabs();
