// data-swap on a link or form: fetch the answer and put its page in the place of this one, so that
// columns stay scrolled, open folds stay open and the chosen card stays chosen. Whatever goes wrong
// is left to the browser, which then does the same without us.
import { saveNow } from "./forms.js";

const TOAST = 8000; // ms a message stays, longer while it is looked at

export function swaps(start) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    saveNow().then(() => visit(link, start));
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-swap]")) return;
    event.preventDefault();
    send(event.target, event.submitter, start);
  });
  window.addEventListener("popstate", () => location.reload());
  toast();
}

async function visit(link, start) {
  const answer = await ask(link.href, {});
  if (!answer?.ok) return location.assign(link.href);
  if (link.href !== location.href) history.pushState(null, "", link.href);
  await put(answer, start);
  const part = document.getElementById(location.hash.slice(1));
  part?.scrollIntoView({ block: "nearest" });
  part?.querySelector("[data-first]")?.focus({ preventScroll: true }); // what one came for
}

// Draw the page anew where it stands, after something beside it changed what it shows.
export async function refresh(start) {
  const answer = await ask(location.href, {});
  if (answer?.ok) await put(answer, start);
}

async function send(form, button, start) {
  const fields = new FormData(form, button);
  const url = button?.getAttribute("formaction") ?? form.action;
  const answer = await ask(url, { method: "POST", body: fields });
  if (!answer?.ok) {
    if (button?.name) form.append(hidden(button.name, button.value));
    form.action = url;
    return form.submit();
  }
  await put(answer, start);
}

// Forms that are open here are to be in the new page, too; it leaves the others for later.
async function ask(url, options) {
  const open = [...document.querySelectorAll("details[data-form][open]")].map((one) => one.dataset.form);
  try {
    return await fetch(url, { ...options, headers: { Accept: "text/html", "X-Open": open.join(" ") } });
  } catch {
    return null; // no server: the browser's own page says so
  }
}

async function put(answer, start) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(".page");
  const old = document.querySelector(".page");
  if (!fresh || !old) return location.assign(answer.url);
  const before = look();
  old.replaceWith(document.adoptNode(fresh));
  restore(before);
  start();
  toast();
}

// What a person would miss: the scrolled places, the folds, and the card in hand.
function look() {
  const card = document.activeElement?.closest("[data-card]");
  const all = [...document.querySelectorAll("[data-card]")];
  return {
    scrolled: [...document.querySelectorAll("[data-keep-scroll]")].map((one) => [one.id, one.scrollTop]),
    page: window.scrollY,
    folds: [...document.querySelectorAll("details[data-details]")].map((one) => [one.dataset.details, one.open]),
    card: card?.id,
    next: card && all[all.indexOf(card) + 1]?.id,
    field: document.activeElement?.id,
  };
}

function restore({ scrolled, page, folds, card, next, field }) {
  for (const [name, open] of folds) {
    const fold = document.querySelector(`details[data-details="${CSS.escape(name)}"]`);
    if (fold) fold.open = open;
  }
  for (const [id, top] of scrolled) {
    const part = document.getElementById(id);
    if (part) part.scrollTop = top;
  }
  window.scrollTo(0, page);
  const byId = (id) => id && document.getElementById(id);
  (byId(field) || byId(card) || byId(next))?.focus({ preventScroll: true });
}

function toast() {
  const board = document.querySelector(".board-page .flashes");
  if (!board?.children.length) return;
  board.classList.add("toast");
  const leave = () => (board.matches(":hover, :focus-within") ? setTimeout(leave, TOAST) : board.replaceChildren());
  setTimeout(leave, TOAST);
}

function hidden(name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  return field;
}
