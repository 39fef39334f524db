// #old-page[data-here]: say every 20 s that the page is open and where one writes, and draw the page
// anew when colleagues changed something; while one types only a bar says so. Ctrl+Z, Ctrl+Shift+Z
// and Ctrl+S by the place of the key, outside of text fields, where the browser has its own undo.
import { saveNow, unsaved } from "./forms.js";
import { typing } from "./keys.js";

const PAUSE = 20000;
let timer = 0;

export function together() {
  clearInterval(timer);
  const page = document.getElementById("old-page");
  if (page?.dataset.here) timer = setInterval(() => ask(page), PAUSE);
}

export function steps() {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.code === "KeyS" && document.querySelector("form[data-autosave]")) {
      event.preventDefault();
      saveNow();
    }
    if (event.code !== "KeyZ" || typing(event.target)) return;
    const form = document.querySelector(`form[data-step="${event.shiftKey ? "redo" : "undo"}"]`);
    if (!form || form.querySelector("button").disabled) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

async function ask(page) {
  if (!page.isConnected || document.hidden) return;
  const fields = new FormData();
  fields.set("csrf_token", document.querySelector("input[name=csrf_token]").value);
  fields.set("seen", page.dataset.seen);
  for (const part of writing()) fields.append("writing", part);
  try {
    const options = { method: "POST", body: fields, headers: { Accept: "application/json" } };
    const answer = await fetch(page.dataset.here, options);
    if (answer.ok) show(page, await answer.json());
  } catch {
    // no server: the next round asks again
  }
}

// A section stays in hand while the focus is in one of its forms or something there waits.
function writing() {
  const active = document.activeElement?.closest("form[data-part]");
  const forms = active ? [active, ...unsaved()] : unsaved();
  return new Set(forms.map((form) => form.dataset.part).filter(Boolean));
}

function show(page, { state, fresh }) {
  const bar = document.getElementById("fresh");
  if (bar && fresh) {
    bar.hidden = false;
    bar.querySelector("[data-fresh]").textContent = fresh;
  }
  if (state === page.dataset.state) return;
  const busy = unsaved().length || document.activeElement?.closest("form[data-autosave]");
  if (busy) page.hidden = false;
  else page.querySelector("a").click();
}
