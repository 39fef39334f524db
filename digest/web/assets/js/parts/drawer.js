// data-drawer on a link: show #story of the page it leads to beside this one, instead of going there.
// Forms in the drawer are sent by us, and the page behind is drawn anew. Escape or the button closes
// it and gives the focus back. Whatever goes wrong is left to the browser.
import { saveNow, watchForms } from "./forms.js";
import { lookedAt } from "./seen.js";
import { refresh } from "./swap.js";

let opener = null; // the card or link to go back to: {id, href}
let typed = false; // whether the page behind is older than what was typed here

export function drawers(start) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-drawer-close]")) return close(start);
    const link = event.target.closest("a[data-drawer]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (!inside(link)) opener = { id: link.closest("[data-card]")?.id, href: link.getAttribute("href") };
    saveNow().then(() => open(link.href));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!inside(form)) return;
    event.preventDefault();
    if (form.method === "get") return open(`${form.dataset.at}?${new URLSearchParams(new FormData(form))}`);
    send(form, event.submitter, start);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawer()) close(start);
  });
  document.addEventListener("input", (event) => {
    if (inside(event.target) && event.target.closest("[data-autosave]")) typed = true;
  });
  document.addEventListener("focusin", (event) => {
    if (typed && !inside(event.target)) renew(start);
  });
}

function drawer() {
  return document.getElementById("drawer");
}

function inside(part) {
  return Boolean(part.closest("#drawer"));
}

async function open(url) {
  const answer = await ask(url, {});
  if (!answer?.ok || !(await show(answer))) location.assign(url);
}

async function send(form, button, start) {
  const answer = await ask(form.action, { method: "POST", body: new FormData(form, button) });
  if (!answer?.ok || !(await show(answer))) return location.reload();
  typed = false;
  await refresh(start);
}

async function ask(url, options) {
  try {
    return await fetch(url, { ...options, headers: { Accept: "text/html" } });
  } catch {
    return null; // no server: the browser's own page says so
  }
}

// Put the story of an answer into the drawer; false when the answer holds none.
async function show(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const story = page.getElementById("story");
  if (!story) return false;
  const place = drawer() ?? made();
  const before = { field: inside(document.activeElement) && name(document.activeElement), top: place.scrollTop };
  const told = page.querySelector(".flashes");
  const head = place.querySelector(".drawer-said");
  head.replaceChildren(...(told ? [...told.children] : []));
  place.querySelector(".story-view")?.remove();
  place.append(document.adoptNode(story));
  for (const form of story.querySelectorAll("form[role=search]")) form.dataset.at = answer.url.split("?")[0];
  for (const part of story.querySelectorAll("[data-scripts]")) part.hidden = false;
  watchForms(story);
  lookedAt();
  place.scrollTop = before.top;
  const again = before.field && [...story.querySelectorAll("button, input, select, textarea")].find((one) => name(one) === before.field);
  (again || story.querySelector("#story-title")).focus({ preventScroll: Boolean(again) });
  return true;
}

function name(field) {
  return field.id || `${field.closest("form")?.action} ${field.name} ${field.value}`;
}

function made() {
  const place = document.createElement("aside");
  Object.assign(place, { id: "drawer", className: "drawer" });
  place.setAttribute("aria-labelledby", "story-title");
  const bar = document.createElement("div");
  bar.className = "drawer-bar";
  const said = document.createElement("div");
  said.className = "drawer-said";
  said.setAttribute("role", "status");
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button small", textContent: document.body.dataset.close });
  button.dataset.drawerClose = "";
  bar.append(said, button);
  place.append(bar);
  document.body.append(place);
  return place;
}

async function close(start) {
  drawer()?.setAttribute("aria-busy", "true");
  if (typed) await renew(start);
  drawer()?.remove();
  const card = opener?.id && document.getElementById(opener.id);
  (card || document.querySelector(`a[href="${CSS.escape(opener?.href ?? "")}"]`))?.focus();
}

// The page behind must not offer for editing what was changed here.
async function renew(start) {
  typed = false;
  await saveNow();
  await refresh(start);
}
