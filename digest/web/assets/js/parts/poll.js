// data-poll="URL" on an element with an id: fetch the page every 2 s while it is looked at, and put
// the new element of the same id in its place. Ends when the new one no longer asks for it.
const PAUSE = 2000;

export function polls() {
  for (const part of document.querySelectorAll("[data-poll][id]")) again(part);
}

function again(part) {
  setTimeout(async () => {
    if (!part.isConnected) return; // the page was drawn anew, and asks for itself
    if (document.hidden) return again(part);
    const fresh = await read(part.dataset.poll, part.id);
    if (!fresh) return again(part);
    keepFolds(part, fresh);
    part.replaceWith(fresh);
    if (fresh.dataset.poll) again(fresh);
  }, PAUSE);
}

// What a person folded open stays open, and the focus stays on it.
function keepFolds(part, fresh) {
  for (const fold of part.querySelectorAll("details[data-details]")) {
    const twin = fresh.querySelector(`details[data-details="${CSS.escape(fold.dataset.details)}"]`);
    if (!twin) continue;
    twin.open = fold.open;
    if (fold.contains(document.activeElement)) setTimeout(() => twin.querySelector("summary").focus());
  }
}

// The tag of an element's last page: an unchanged page is answered without its body.
const tags = new Map();

async function read(url, id) {
  try {
    const headers = { Accept: "text/html" };
    if (tags.has(id)) headers["If-None-Match"] = tags.get(id);
    const answer = await fetch(url, { headers, cache: "no-store" });
    if (!answer.ok || answer.redirected) return null;
    const tag = answer.headers.get("ETag");
    if (tag) tags.set(id, tag);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById(id);
  } catch {
    return null; // the server restarts; the next round asks again
  }
}
