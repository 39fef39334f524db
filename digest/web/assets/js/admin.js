// Small helpers found by data- attributes. Every page works without them.
import { onSubmitAndChange, watchForms } from "./parts/forms.js";
import { counters } from "./parts/counters.js";
import { copyButtons } from "./parts/copy.js";
import { countdowns } from "./parts/countdown.js";
import { polls } from "./parts/poll.js";
import { help } from "./parts/help.js";
import { keys } from "./parts/keys.js";
import { cards } from "./parts/cards.js";
import { lookedAt, seen } from "./parts/seen.js";
import { swaps } from "./parts/swap.js";
import { drawers } from "./parts/drawer.js";
import { dragging } from "./parts/drag.js";
import { lazy } from "./parts/lazy.js";
import { live } from "./parts/live.js";
import { previews } from "./parts/preview.js";
import { steps, together } from "./parts/together.js";
import { zones } from "./parts/zone.js";

onSubmitAndChange();
help();
keys();
steps();
cards();
swaps(start);
drawers(start);
countdowns();
zones();
previews();
seen();
start();

// What has to be done again for a page that came in place of the old one.
function start() {
  for (const part of document.querySelectorAll("[data-scripts]")) part.hidden = false;
  watchForms(document.querySelector(".page") ?? document);
  counters();
  copyButtons();
  polls();
  dragging();
  live();
  lazy();
  lookedAt();
  together();
}
