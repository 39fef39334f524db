// data-lazy="URL" in a fold: what belongs there is fetched when the fold is opened, or at once when a
// text that goes there (to data-saves="URL") is kept on this device. data-lazy-keys="KeyR" names the
// keys of what is still to come: the first press fetches it.
import { isKept } from "./drafts.js";
import { watchForms } from "./forms.js";

export function lazy() {
  for (const place of document.querySelectorAll("[data-lazy]")) {
    const fold = place.closest("details");
    fold.addEventListener("toggle", () => fold.open && fill(place, fold));
    if (isKept(place.dataset.saves)) fold.open = true;
    if (fold.open) fill(place, fold);
  }
}

// Fetch what a key in this card presses; tells whether there is such a thing.
export async function bring(card, name) {
  const place = card.querySelector(`[data-lazy-keys~="${CSS.escape(name)}"]`);
  if (!place || place.dataset.asked) return false;
  const fold = place.closest("details");
  await fill(place, fold, false);
  fold.open = true;
  return true;
}

async function fill(place, fold, focus = true) {
  if (place.dataset.asked || !place.isConnected) return;
  place.dataset.asked = "yes";
  const fresh = await read(place);
  if (!place.isConnected) return;
  if (!fresh) return delete place.dataset.asked;
  place.replaceWith(fresh);
  watchForms(fold);
  if (focus && document.activeElement === fold.closest("[data-card]")) fresh.querySelector("textarea")?.focus();
}

async function read(place) {
  try {
    const answer = await fetch(place.dataset.lazy, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return document.adoptNode(page.getElementById(place.id));
  } catch {
    return null; // no server: the link in the fold goes there
  }
}
