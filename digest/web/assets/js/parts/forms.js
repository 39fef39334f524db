// data-autosubmit on a select or form: send on change, and hide its own button.
// data-confirm on a form: ask first. data-frame on a form: reload that iframe when it was saved.
// data-chooses="value" on a field: choose that radio button of its form when it is filled in.
// data-one-line on a textarea: Enter leaves it instead of breaking the line.
import { bringBack, forget, keep, orphans } from "./drafts.js";

const PAUSE = 800; // ms after the last key
const AGAIN = 3000; // ms until a save that found no server is tried again
const waiting = new Map(); // form -> timer of its save
const saving = new Set(); // forms whose save is under way
let savedAt = 0;
let line = Promise.resolve(); // saves go one after another, each with the version of the one before

export function onSubmitAndChange() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (form && event.target.closest("[data-autosubmit]")) form.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    const value = event.target.dataset.chooses;
    if (!value) return;
    for (const radio of event.target.form.querySelectorAll("input[type=radio]")) {
      if (radio.value === value) radio.checked = true;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-one-line]")) event.preventDefault();
  });
  document.addEventListener("submit", before, true);
  window.addEventListener("beforeunload", (event) => {
    if (waiting.size || saving.size) event.preventDefault();
  });
}

// Another form must not overtake what was just typed: save that first, then go on.
function before(event) {
  const form = event.target;
  const question = form.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  drop(form);
  if (!waiting.size && !saving.size) return;
  event.preventDefault();
  event.stopPropagation();
  const button = event.submitter;
  delete form.dataset.confirm;
  saveNow().then(() => waiting.size || form.requestSubmit(button));
}

export function watchForms(within = document) {
  for (const part of within.querySelectorAll("[data-autosubmit]")) quiet(part.closest("form"));
  for (const form of within.querySelectorAll("form[data-autosave]")) watch(form);
  orphans();
}

// The forms whose texts are not on the server yet.
export function unsaved() {
  return [...new Set([...waiting.keys(), ...saving])].filter((form) => form.isConnected);
}

function quiet(form) {
  for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
}

// data-autosave on a form: save 800 ms after the last change and when it is left, by the same POST
// its button makes. The answer is JSON {version, message, texts}: the form goes on from that version,
// with what colleagues wrote into fields that were not touched here.
function watch(form) {
  quiet(form);
  if (bringBack(form)) {
    tell(form, "offline");
    later(form, 0);
  }
  form.addEventListener("input", () => {
    keep(form);
    later(form, PAUSE);
  });
  form.addEventListener("focusout", () => waiting.has(form) && saveNow());
}

function later(form, pause) {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => enqueue(form), pause));
}

function drop(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
}

function enqueue(form) {
  drop(form);
  saving.add(form);
  line = line.then(() => save(form)).finally(() => saving.delete(form));
}

// Save all that waits; resolves when it is done. A save that found no server waits again.
export async function saveNow() {
  for (const form of [...waiting.keys()]) enqueue(form);
  await line;
}

function tell(form, name, text) {
  const status = document.getElementById(form.dataset.autosave);
  if (!status) return null;
  status.textContent = text ?? status.dataset[name] ?? "";
  status.classList.toggle("error", name === "error");
  savedAt = 0;
  return status;
}

async function save(form) {
  tell(form, "saving");
  const sent = new FormData(form);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: sent,
      headers: { Accept: "application/json" },
    });
    const facts = await answer.json();
    if (answer.ok) saved(form, sent, facts);
    else if (facts.error === "edited_meanwhile") offerChoice(form);
    else tell(form, "error", facts.message);
  } catch {
    tell(form, "offline");
    if (form.isConnected && !waiting.has(form)) later(form, AGAIN);
  }
}

function saved(form, sent, { version, message, texts, undo }) {
  tell(form, "saved", message);
  savedAt = Date.now();
  // What was drawn from the version just before has seen all there is: the save was our own.
  for (const field of document.querySelectorAll('input[name="based_on"]')) {
    if (Number(field.value) === version - 1) field.value = version;
  }
  form.elements.based_on.value = version;
  for (const [name, text] of Object.entries(texts)) {
    const field = form.elements[name];
    if (field && field.value === sent.get(name) && bare(text) !== bare(field.value)) field.value = text;
  }
  if (!waiting.has(form)) forget(form);
  const step = document.querySelector("form[data-step=undo]");
  if (step && undo) {
    step.elements.seq.value = undo;
    step.querySelector("button").disabled = false;
  }
  const frame = document.getElementById(form.dataset.frame);
  if (frame) frame.src = frame.src.split("#")[0];
}

// Two people wrote the same text: the server shows both, and one of them is chosen there.
function offerChoice(form) {
  const status = tell(form, "error", "");
  if (!status) return form.submit();
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button small danger", textContent: status.dataset.torn });
  button.onclick = () => {
    forget(form);
    form.submit();
  };
  status.append(button);
}

const bare = (text) => text.replace(/\s+/g, " ").trim();

setInterval(() => {
  const status = savedAt && document.getElementById("save-state");
  if (!status) return;
  const seconds = Math.round((Date.now() - savedAt) / 1000);
  if (seconds >= 8 && seconds < 3600) status.textContent = status.dataset.ago.replace("{n}", seconds);
}, 4000);
