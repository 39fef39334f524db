// The preview follows the story in hand: found by its title, scrolled to without taking the focus.
export function previews() {
  document.addEventListener("focusin", (event) => show(event.target));
  document.addEventListener("load", (event) => {
    if (event.target.id === "preview-frame") show(document.activeElement);
  }, true); // an iframe's load does not bubble
}

function show(target) {
  const frame = document.getElementById("preview-frame");
  const title = bare(target?.closest?.("[data-item]")?.querySelector(".item-title"));
  const mail = frame?.contentDocument;
  if (!title || !mail) return;
  const place = [...mail.querySelectorAll("h3, a")].find((one) => bare(one) === title);
  if (!place) return;
  const top = place.getBoundingClientRect().top + frame.contentWindow.scrollY;
  frame.contentWindow.scrollTo(0, top - frame.clientHeight / 4);
}

const bare = (one) => one?.textContent.replace(/\s+/g, " ").trim();
