// data-key="KeyJ" on a link or button: press it by that key. event.code is the place on the
// keyboard, so the same keys work while an Arabic layout is active. Off inside text fields.
export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const part = document.querySelector(`[data-key="${CSS.escape(event.code)}"]`);
    if (!part || (part.closest("#drawer") && !event.target.closest("#drawer"))) return;
    event.preventDefault();
    if (part.matches("input, textarea, select")) part.focus();
    else part.click();
  });
}

export function typing(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}
