// data-copy="id" on a button: copy that field's text, and say so.
export function copyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const label = button.querySelector("span");
  const before = label.textContent;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
  label.textContent = button.dataset.done;
  setTimeout(() => (label.textContent = before), 2000);
}
