// data-card on a thing in a list: J and K walk from one to the next; data-card-key="KeyL" on a button
// inside presses it while the card is chosen. Keys by event.code, as in keys.js; where single letters
// are off, Enter, Delete and those with Alt stay.
import { off, typing } from "./keys.js";
import { bring } from "./lazy.js";

export function cards() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || typing(event.target)) return;
    if (!event.altKey && off(event)) return;
    if (!event.altKey && (event.code === "KeyJ" || event.code === "KeyK")) {
      return walk(event, event.code === "KeyJ" ? 1 : -1);
    }
    const card = document.activeElement.closest("[data-card]");
    if (!card || (event.code === "Enter" && document.activeElement !== card)) return;
    const name = (event.altKey ? "Alt+" : "") + event.code;
    if (press(card, name)) event.preventDefault();
    else bring(card, name).then((came) => came && press(card, name));
  });
}

function press(card, name) {
  const part = card.querySelector(`[data-card-key="${CSS.escape(name)}"]`);
  if (!part || part.disabled) return false;
  part.click();
  if (part.matches("summary") && part.parentElement.open) {
    part.parentElement.querySelector("textarea")?.focus();
  }
  return true;
}

function walk(event, step) {
  const all = [...document.querySelectorAll("[data-card]")].filter((one) => one.offsetParent);
  if (!all.length) return;
  event.preventDefault();
  const at = all.indexOf(document.activeElement.closest("[data-card]"));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
