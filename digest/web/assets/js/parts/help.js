// .keys-help: the keys of the page. Opened by its key the list takes the focus; closed by the same
// key or by Escape it gives the focus back to where it was.
let before = null;

export function toggleHelp(details) {
  if (details.open) return close(details);
  before = document.activeElement;
  details.open = true;
  details.querySelector(".keys-panel").focus();
}

export function help() {
  document.addEventListener("keydown", (event) => {
    const details = document.querySelector(".keys-help[open]");
    if (event.key !== "Escape" || !details) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    close(details);
  });
}

function close(details) {
  details.open = false;
  (before?.isConnected && before !== document.body ? before : details.querySelector("summary")).focus();
  before = null;
}
