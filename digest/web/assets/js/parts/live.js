// data-live="ID" on a form: after each change, the page that its fields describe is fetched from
// data-live-url and its part of that id takes the place of the old one. Nothing is stored.
const PAUSE = 300; // ms after the last change

export function live() {
  for (const form of document.querySelectorAll("form[data-live]")) {
    if (form.dataset.watched) continue;
    form.dataset.watched = "yes";
    let timer;
    let asked = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => show(form, ++asked, () => asked), PAUSE);
    });
  }
}

async function show(form, mine, latest) {
  const fields = new FormData(form);
  fields.delete("csrf_token");
  try {
    const answer = await fetch(`${form.dataset.liveUrl}?${new URLSearchParams(fields)}`);
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(form.dataset.live);
    if (fresh && mine === latest()) document.getElementById(form.dataset.live)?.replaceWith(fresh);
  } catch {
    // no server: the old part stays, the next change asks again
  }
}
