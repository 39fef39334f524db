// data-autosubmit on a select or form: send on change, and hide its own button.
// data-confirm on a form: ask first. data-frame on a form: reload that iframe when it was saved.
// data-chooses="value" on a field: choose that radio button of its form when it is filled in.
// data-one-line on a textarea: Enter leaves it instead of breaking the line.
const PAUSE = 800; // ms after the last key
const AGAIN = 3000; // ms until a save that found no server is tried again
const waiting = new Map(); // form -> timer of its save
let busy = 0; // saves under way
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
    if (waiting.size || busy) event.preventDefault();
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
  if (!waiting.size && !busy) return;
  event.preventDefault();
  event.stopPropagation();
  const button = event.submitter;
  delete form.dataset.confirm;
  saveNow().then(() => waiting.size || form.requestSubmit(button));
}

export function watchForms(within = document) {
  for (const part of within.querySelectorAll("[data-autosubmit]")) quiet(part.closest("form"));
  for (const form of within.querySelectorAll("form[data-autosave]")) watch(form);
}

function quiet(form) {
  for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
}

// data-autosave on a form: save 800 ms after the last change and when it is left, by the same POST
// its button makes. The answer must be JSON {version, message}; the hidden fields based_on follow.
function watch(form) {
  quiet(form);
  form.addEventListener("input", () => later(form, PAUSE));
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
  busy += 1;
  line = line.then(() => save(form)).finally(() => (busy -= 1));
}

// Save all that waits; resolves when it is done. A save that found no server waits again.
export async function saveNow() {
  for (const form of [...waiting.keys()]) enqueue(form);
  await line;
}

async function save(form) {
  const status = document.getElementById(form.dataset.autosave);
  const tell = (text) => status && (status.textContent = text);
  tell(status?.dataset.saving);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    const facts = await answer.json();
    tell(facts.message);
    status?.classList.toggle("error", !answer.ok);
    if (answer.ok) follow(facts.version, form.dataset.frame);
  } catch {
    tell(status?.dataset.offline);
    if (form.isConnected && !waiting.has(form)) later(form, AGAIN);
  }
}

function follow(version, frameId) {
  for (const field of document.querySelectorAll('input[name="based_on"]')) field.value = version;
  const frame = frameId && document.getElementById(frameId);
  if (frame) frame.src = frame.src.split("#")[0];
}
