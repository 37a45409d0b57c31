// The views of the page: one is shown at a time, named by the address.

const names = [...document.querySelectorAll("[role=tab]")].map((tab) => tab.id.slice("tab-".length));
const listeners = [];

/** Calls `listener` with the rest of the address after a view has been shown. */
export function whenShown(listener) {
  listeners.push(listener);
}

/** Shows what the address names, and goes on following it. */
export function openTabs() {
  document.documentElement.classList.add("has-tabs");
  window.addEventListener("hashchange", route);
  document.querySelector("[role=tablist]").addEventListener("keydown", turn);
  route();
}

/** Writes where one is into the address, without going there. */
export function address(place) {
  history.replaceState(null, "", `#${place}`);
}

function route() {
  const [name, ...rest] = decodeURIComponent(location.hash.slice(1)).split("/");
  const target = name ? document.getElementById(name) : null;
  const panel = target?.closest("[role=tabpanel]");
  const view = names.includes(name) ? name : panel ? panel.id.slice("panel-".length) : names[0];
  for (const it of names) {
    const isShown = it === view;
    const tab = document.getElementById(`tab-${it}`);
    tab.setAttribute("aria-selected", isShown);
    tab.tabIndex = isShown ? 0 : -1;
    document.getElementById(`panel-${it}`).hidden = !isShown;
  }
  document.body.dataset.view = view;
  for (let it = target; it; it = it.parentElement) if (it.tagName === "DETAILS") it.open = true;
  if (panel && !names.includes(name)) target.scrollIntoView();
  else window.scrollTo(0, 0);
  for (const listener of listeners) listener(view, rest);
}

/** Arrow keys go from tab to tab. */
function turn(event) {
  const at = names.indexOf(event.target.id.slice("tab-".length));
  const places = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 };
  if (at < 0 || !Object.hasOwn(places, event.key)) return;
  const name = names[(places[event.key] + names.length) % names.length];
  location.hash = name;
  document.getElementById(`tab-${name}`).focus();
  event.preventDefault();
}
