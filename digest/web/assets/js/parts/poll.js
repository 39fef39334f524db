// data-poll="URL" on an element with an id: fetch the page every 2 s while it is looked at, and put
// the new element of the same id in its place. Ends when the new one no longer asks for it.
const PAUSE = 2000;

export function polls() {
  for (const part of document.querySelectorAll("[data-poll][id]")) again(part);
}

function again(part) {
  setTimeout(async () => {
    if (document.hidden) return again(part);
    const fresh = await read(part.dataset.poll, part.id);
    if (!fresh) return again(part);
    part.replaceWith(fresh);
    if (fresh.dataset.poll) again(fresh);
  }, PAUSE);
}

async function read(url, id) {
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById(id);
  } catch {
    return null; // the server restarts; the next round asks again
  }
}
