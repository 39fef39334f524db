// Upgrades the pasted form of a newsletter where it stands: in a shadow root that no style of the page
// around it reaches, right to left, with errors beside the fields and the answer without a new page.
// Whatever goes wrong is left to the form itself, which works without this file.
const HOME = new URL(document.currentScript.src).origin;

const SHEET = `
.box { all: initial; display: block; direction: rtl; text-align: start; color: #1b2430; background: #fff;
  border: 1px solid #7d8985; border-radius: 12px; padding: 16px; max-inline-size: 480px; box-sizing: border-box;
  color-scheme: light; font: 16px/1.75 var(--digest-font, Tahoma, sans-serif); overflow-wrap: anywhere; }
p { margin: 0 0 12px; }
strong { font-size: 1.15em; }
label { font-weight: 500; }
br { display: none; }
input[type=email] { display: block; box-sizing: border-box; inline-size: 100%; min-block-size: 44px; margin-block-start: 4px;
  padding: 8px 12px; font: inherit; color: inherit; background: #fff; border: 1px solid #7d8985; border-radius: 8px; text-align: start; }
input[type=checkbox] { inline-size: 20px; block-size: 20px; margin: 0; margin-inline-end: 8px; vertical-align: -4px; accent-color: #0b5563; }
button { min-block-size: 44px; padding: 8px 20px; font: inherit; font-weight: 600; color: #fff; background: #0b5563;
  border: 0; border-radius: 8px; cursor: pointer; }
button[disabled] { opacity: .6; cursor: default; }
:focus-visible { outline: 3px solid #1d4f91; outline-offset: 2px; }
small, .hint { color: #55606b; font-size: 14px; }
.error { color: #b3261e; font-size: 14px; margin: 4px 0 0; }
[aria-invalid=true] { border-color: #b3261e; }
[hidden] { display: none; }
`;

function upgrade(form) {
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // no policy of the page forbids it, unlike a style element
  sheet.replaceSync(SHEET);
  root.adoptedStyleSheets = [sheet];
  const box = document.createElement("div");
  Object.assign(box, { className: "box", dir: "rtl", lang: "ar" });
  box.style.setProperty("--digest-font", getComputedStyle(form).fontFamily);
  const status = document.createElement("div");
  status.setAttribute("role", "status");
  const inner = form.cloneNode(true);
  inner.noValidate = true;
  box.append(inner, status);
  root.append(box);
  inner.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(inner, status, new FormData(inner));
  });
  form.replaceWith(host);
}

async function ask(form, status, fields) {
  clear(form, status);
  const button = form.querySelector("button");
  button.disabled = true;
  let answer;
  try {
    const options = { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" }, credentials: "omit" };
    const said = await fetch(form.action, options);
    answer = await said.json();
  } catch {
    return leave(form); // its own page says why
  } finally {
    button.disabled = false;
  }
  if (answer.errors) return point(form, answer.errors);
  if (answer.notice) return say(status, "p", answer.notice, "error");
  thank(form, status, answer, fields);
}

// The ordinary way: a new page. In the document itself, where a form in a shadow root may not be sent.
function leave(form) {
  const copy = form.cloneNode(true);
  for (const [n, field] of [...copy.elements].entries()) {
    field.value = form.elements[n].value;
    field.checked = form.elements[n].checked; // what was ticked is no attribute, so it was not copied
  }
  copy.hidden = true;
  document.body.append(copy);
  copy.submit();
}

function point(form, errors) {
  let first;
  for (const field of [...form.elements].filter((one) => errors[one.name])) {
    const line = document.createElement("p");
    const id = `${form.querySelector("input[type=email]").id}-${field.name}-error`;
    Object.assign(line, { className: "error", id, textContent: errors[field.name] });
    field.closest("p").append(line);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", line.id);
    first ??= field;
  }
  first?.focus();
}

function clear(form, status) {
  for (const line of form.querySelectorAll(".error")) line.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  status.replaceChildren();
}

function thank(form, status, answer, fields) {
  form.hidden = true;
  const title = say(status, "strong", answer.title);
  say(status, "p", answer.text);
  if (answer.better) {
    const line = say(status, "p", answer.question);
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: answer.yes });
    button.addEventListener("click", () => {
      fields.set("email", answer.better);
      ask(form, status, fields);
    });
    line.append(document.createElement("br"), button);
  }
  title.tabIndex = -1;
  title.focus();
}

function say(status, tag, words, kind = "") {
  const line = document.createElement(tag);
  Object.assign(line, { textContent: words, className: kind });
  status.append(line);
  return line;
}

for (const form of document.querySelectorAll(`form[action^="${HOME}"][action*="/subscribe/"]`)) upgrade(form);
