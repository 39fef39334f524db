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
    busy(link);
    saveNow().then(() => inTurn(() => visit(link, start)));
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
  const answer = await ask(link.href, {}, link.dataset.keeps);
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

// One after another, so that a late answer never takes the place of a later one.
let line = Promise.resolve();
let waiting = 0; // acts that were pressed and are not answered
let passed = false; // an answer was not drawn, since the next one holds what it says

function inTurn(act) {
  line = line.then(act, act);
  return line;
}

function send(form, button, start) {
  const fields = new FormData(form, button);
  const url = button?.getAttribute("formaction") ?? form.action;
  busy(button ?? form, url, fields);
  const keeps = button?.dataset.keeps ?? form.dataset.keeps;
  waiting += 1;
  return inTurn(async () => {
    const answer = await ask(url, { method: "POST", body: fields }, passed ? "" : keeps);
    waiting -= 1;
    passed = Boolean(answer?.ok && waiting);
    if (passed) return; // what was pressed since would look as if it were not
    if (answer?.ok) return put(answer, start);
    if (button?.name) form.append(hidden(button.name, button.value));
    form.action = url;
    if (!form.isConnected) document.body.append(form); // an act before it drew the page anew
    form.submit();
  });
}

// What was pressed, or the card it belongs to, shows at once that it was heard; a story that moves
// is in its new place before the server says so, and one that is added looks used.
function busy(part, url = "", fields = new FormData()) {
  const card = part.closest("[data-card]");
  (card ?? part).setAttribute("aria-busy", "true");
  const { pathname, searchParams } = new URL(url, location.href);
  if (pathname.endsWith("/stories")) card?.classList.add("used");
  if (!pathname.endsWith("/move") || !card?.dataset.item) return;
  const section = searchParams.get("section_id") ?? fields.get("section_id");
  const list = document.querySelector(`[data-items="${CSS.escape(section)}"]`);
  if (!list) return;
  const others = [...list.querySelectorAll("[data-item]")].filter((one) => one !== card);
  const focused = card.contains(document.activeElement) && document.activeElement;
  list.insertBefore(card, others[Number(fields.get("position"))] ?? null);
  focused?.focus?.({ preventScroll: true });
}

// Forms that are open here are to be in the new page, too; it leaves the others for later. A part
// that an act keeps as it is (data-keeps="ID") need not be drawn again.
async function ask(url, options, keeps) {
  const open = [...document.querySelectorAll("details[data-form][open]")].map((one) => one.dataset.form);
  const headers = { Accept: "text/html", "X-Open": open.join(" ") };
  if (keeps && document.getElementById(keeps)) headers["X-Keeps"] = keeps;
  try {
    return await fetch(url, { ...options, headers });
  } catch {
    return null; // no server: the browser's own page says so
  }
}

async function put(answer, start) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(".page");
  const old = document.querySelector(".page");
  if (!fresh || !old) return location.assign(answer.url);
  const kept = fresh.querySelector("[data-kept]");
  if (kept && !document.getElementById(kept.id)) return location.assign(answer.url);
  const before = look();
  later(fresh.querySelector("iframe"));
  graft(old, document.adoptNode(fresh), kept);
  restore(before);
  start();
  toast();
}

// Put a fresh part in the place of the old one, around the part that is kept: that one stays where
// it is, scrolled and drawn.
function graft(old, fresh, kept) {
  if (fresh === kept) return;
  if (!kept || !fresh.contains(kept)) return old.replaceWith(fresh);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  const news = [...fresh.children];
  const at = news.findIndex((one) => one.contains(kept));
  const mine = document.getElementById(kept.id);
  const place = [...old.children].find((one) => one.contains(mine));
  for (const one of [...old.children]) if (one !== place) one.remove();
  place.before(...news.slice(0, at));
  place.after(...news.slice(at + 1));
  graft(place, news[at], kept);
}

// The mail in the frame is drawn after the page that was asked for.
function later(frame) {
  if (!frame) return;
  const src = frame.getAttribute("src");
  frame.removeAttribute("src");
  requestAnimationFrame(() => setTimeout(() => frame.getAttribute("src") || frame.setAttribute("src", src)));
}

// What a person would miss: the scrolled places, the folds, and the card in hand.
function look() {
  const card = document.activeElement?.closest("[data-card]");
  const all = [...document.querySelectorAll("[data-card]")];
  const menu = document.querySelector("details.menu[open]");
  return {
    menu: menu && !menu.closest("[aria-busy]") && menu.closest("[id]")?.id, // opened meanwhile
    scrolled: [...document.querySelectorAll("[data-keep-scroll]")].map((one) => [one.id, one.scrollTop]),
    page: window.scrollY,
    folds: [...document.querySelectorAll("details[data-details]")].map((one) => [one.dataset.details, one.open]),
    card: card?.id,
    next: card && all[all.indexOf(card) + 1]?.id,
    field: hand(document.activeElement),
  };
}

function restore({ menu, scrolled, page, folds, card, next, field }) {
  for (const [name, open] of folds) {
    const fold = document.querySelector(`details[data-details="${CSS.escape(name)}"]`);
    if (fold) fold.open = open;
  }
  const opened = menu && document.getElementById(menu)?.querySelector("details.menu");
  if (opened) opened.open = true;
  for (const [id, top] of scrolled) {
    const part = document.getElementById(id);
    if (part) part.scrollTop = top;
  }
  window.scrollTo(0, page);
  const byId = (id) => id && document.getElementById(id);
  (field() || byId(card) || byId(next))?.focus({ preventScroll: true });
}

// How to find again what has the focus: by its id, else by what it does within the part it is in.
function hand(one) {
  if (!one || one === document.body || one.matches("[data-card]")) return () => null;
  if (one.id) return () => document.getElementById(one.id);
  const home = one.closest("[id]")?.id;
  const does = (part) => part.getAttribute("href") ?? part.getAttribute("formaction") ?? part.name ?? "";
  const alike = () => [...(document.getElementById(home)?.querySelectorAll(one.localName) ?? [])].filter((part) => does(part) === does(one));
  const nth = alike().indexOf(one);
  return () => [alike()[nth]].find((part) => part && !part.disabled);
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
