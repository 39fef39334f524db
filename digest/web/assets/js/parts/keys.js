// data-key="KeyJ" on a link or button: press it by that key, "Shift+Slash" with Shift. event.code is
// the place on the keyboard, so the same keys work while an Arabic layout is active. Off inside text
// fields, and for whoever switched them off: body[data-single-keys="off"].
import { toggleHelp } from "./help.js";

export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || off(event)) return;
    const part = document.querySelector(`[data-key="${CSS.escape(nameOf(event))}"]`);
    if (!part || (part.closest("#drawer") && !event.target.closest("#drawer"))) return;
    event.preventDefault();
    if (part.parentElement.matches(".keys-help")) toggleHelp(part.parentElement);
    else if (part.matches("input, textarea, select")) part.focus();
    else part.click();
  });
}

// The question mark has other places on some keyboards.
function nameOf(event) {
  if (event.key === "?" || event.key === "؟") return "Shift+Slash";
  return (event.shiftKey ? "Shift+" : "") + event.code;
}

// An Arabic B types two letters, so what counts as one is told by the place, too.
export function off(event) {
  return document.body.dataset.singleKeys === "off" && !["Enter", "Delete"].includes(event.code);
}

export function typing(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}
