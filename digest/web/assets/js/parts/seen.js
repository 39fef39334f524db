// data-unseen="URL" on what shows a machine's summary, a fold when it is opened: told once, so that the
// checks know which summaries nobody has read.
export function seen() {
  document.addEventListener("toggle", (event) => tell(event.target), true); // it does not bubble
}

export function lookedAt() {
  for (const part of document.querySelectorAll("[data-unseen]")) tell(part);
}

function tell(part) {
  if (!part.dataset?.unseen || (part.matches("details") && !part.open)) return;
  const fields = new FormData();
  fields.set("csrf_token", document.querySelector("input[name=csrf_token]").value);
  fetch(part.dataset.unseen, { method: "POST", body: fields }).catch(() => {}); // told again next time
  delete part.dataset.unseen;
}
