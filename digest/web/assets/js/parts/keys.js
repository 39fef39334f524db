// data-key="KeyJ" on a link or button: press it by that key. event.code is the place on the
// keyboard, so the same keys work while an Arabic layout is active. Off inside text fields.
export function keys() {
  const places = new Map();
  for (const part of document.querySelectorAll("[data-key]")) places.set(part.dataset.key, part);
  if (!places.size) return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const part = places.get(event.code);
    if (!part) return;
    event.preventDefault();
    if (part.matches("input, textarea, select")) part.focus();
    else part.click();
  });
}

function typing(target) {
  return target.isContentEditable || target.matches("input, textarea, select");
}
