// data-items="ID" on the list of a section: its stories can be dragged by their grip, within it and
// to another one. A drop fills in and sends the same form that the menu "move to" sends; touch
// screens and keyboards have the buttons.
let held = null; // the story in hand

export function dragging() {
  for (const grip of document.querySelectorAll("[data-grip]")) {
    const item = grip.closest("[data-item]");
    grip.addEventListener("pointerdown", () => (item.draggable = true));
    grip.addEventListener("pointerup", () => (item.draggable = false));
    item.addEventListener("dragstart", (event) => lift(event, item));
    item.addEventListener("dragend", () => land(item));
  }
  for (const list of document.querySelectorAll("[data-items]")) {
    const card = list.closest("section");
    card.addEventListener("dragover", (event) => over(event, list));
    card.addEventListener("drop", (event) => drop(event, list));
  }
}

function lift(event, item) {
  held = item;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", item.id);
  setTimeout(() => item.classList.add("dragged")); // a change at once would end the drag
}

function land(item) {
  item.draggable = false;
  item.classList.remove("dragged");
  held = null;
  unmark();
}

function over(event, list) {
  if (!held) return;
  event.preventDefault();
  unmark();
  const next = following(event, list);
  if (next) next.classList.add("drop-before");
  else list.classList.add("drop-end");
}

function drop(event, list) {
  if (!held) return;
  event.preventDefault();
  const others = [...list.querySelectorAll("[data-item]")].filter((one) => one !== held);
  const next = following(event, list);
  const form = held.querySelector("form[data-move]");
  form.elements.section_id.value = list.dataset.items;
  form.elements.position.value = next ? others.indexOf(next) : others.length;
  form.requestSubmit();
}

// The story before which the one in hand would come to stand.
function following(event, list) {
  return [...list.querySelectorAll("[data-item]")].find((one) => {
    const box = one.getBoundingClientRect();
    return one !== held && event.clientY < box.top + box.height / 2;
  });
}

function unmark() {
  for (const one of document.querySelectorAll(".drop-before, .drop-end")) {
    one.classList.remove("drop-before", "drop-end");
  }
}
