// What is typed and not yet saved is kept on this device, by the address it would be saved at. It
// comes back after a reload or a crash and is saved from the version it was written on.
const MARK = "digest-draft ";
const HIDDEN = new Set(["csrf_token", "back"]);

export function keep(form) {
  const fields = [...new FormData(form)].filter(([name]) => !HIDDEN.has(name));
  try {
    localStorage.setItem(MARK + place(form), JSON.stringify(fields));
  } catch {
    // a full or forbidden storage: the page itself still holds the text
  }
}

export function forget(form) {
  localStorage.removeItem(MARK + place(form));
}

export function isKept(action) {
  return localStorage.getItem(MARK + action) !== null;
}

// Put a kept text back into its form; true when there was one.
export function bringBack(form) {
  const kept = localStorage.getItem(MARK + place(form));
  if (!kept) return false;
  for (const [name, value] of JSON.parse(kept)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  return true;
}

// Texts whose form is not on the page any more are shown, to be copied.
export function orphans() {
  const box = document.getElementById("kept-texts");
  if (!box) return;
  const mine = new Set([...document.querySelectorAll("form[data-autosave]")].map(place));
  for (const later of document.querySelectorAll("[data-saves]")) mine.add(later.dataset.saves);
  const lost = Object.keys(localStorage).filter((key) => key.startsWith(MARK + location.pathname + "/") && !mine.has(key.slice(MARK.length)));
  box.hidden = !lost.length;
  const texts = lost.flatMap((key) => JSON.parse(localStorage.getItem(key)));
  box.querySelector("textarea").value = texts.filter(([name, value]) => name !== "based_on" && value).map(([, value]) => value).join("\n\n");
  box.querySelector("button").onclick = () => {
    lost.forEach((key) => localStorage.removeItem(key));
    box.hidden = true;
  };
}

const place = (form) => new URL(form.action).pathname;
