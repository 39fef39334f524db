// Small helpers found by data- attributes. Every page works without them.
import { onSubmitAndChange } from "./parts/forms.js";
import { counters } from "./parts/counters.js";
import { copyButtons } from "./parts/copy.js";
import { polls } from "./parts/poll.js";
import { keys } from "./parts/keys.js";

onSubmitAndChange();
counters();
copyButtons();
polls();
keys();
