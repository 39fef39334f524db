// data-autosubmit on a select or form: send on change, and hide its own button.
// data-confirm on a form: ask first. data-frame on a form: reload that iframe when it was saved.
const saving = new WeakMap();

export function onSubmitAndChange() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (form && event.target.closest("[data-autosubmit]")) form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
  for (const part of document.querySelectorAll("[data-autosubmit]")) {
    const form = part.closest("form");
    for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
  }
  for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
}

// data-autosave on a form: save 800 ms after the last change, by the same POST its button makes.
// The answer must be JSON {version, message}; the hidden field based_on follows the version.
function watch(form) {
  const status = document.getElementById(form.dataset.autosave);
  const later = () => {
    clearTimeout(saving.get(form));
    saving.set(form, setTimeout(() => save(form, status), 800));
  };
  form.addEventListener("input", later);
  form.addEventListener("submit", () => clearTimeout(saving.get(form)));
}

async function save(form, status) {
  if (status) status.textContent = status.dataset.saving;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    const facts = await answer.json();
    if (status) status.textContent = facts.message;
    if (answer.ok) follow(facts.version, form.dataset.frame);
  } catch {
    if (status) status.textContent = status.dataset.offline;
  }
}

function follow(version, frameId) {
  for (const field of document.querySelectorAll('input[name="based_on"]')) field.value = version;
  const frame = frameId && document.getElementById(frameId);
  if (frame) frame.src = frame.src.split("#")[0];
}
