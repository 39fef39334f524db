// form[data-passkey]: "create" adds a passkey to the account, "get" signs in with one. The server
// says what the device has to sign, and checks it; the form is shown only where a device can.
if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const act = form.dataset.passkey === "create" ? create : get;
      say(form, "");
      act(form).catch(() => say(form, form.dataset.failed));
    });
  }
}

async function create(form) {
  const begun = await ask(form, form.action, { name: form.elements.name.value, usage: "first" });
  if (begun.status === 401) return location.assign(form.dataset.verify);
  if (!begun.ok) return say(form, form.dataset.taken);
  const options = begun.said.credential_options;
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  for (const one of options.excludeCredentials ?? []) one.id = bytes(one.id);
  const made = await navigator.credentials.create({ publicKey: options });
  const signed = answer(made, ["clientDataJSON", "attestationObject"]);
  signed.response.transports = made.response.getTransports?.() ?? [];
  const done = await ask(form, after(form, begun), { credential: JSON.stringify(signed) });
  if (!done.ok) throw new Error("refused");
  location.reload();
}

async function get(form) {
  const begun = await ask(form, form.action, {});
  if (!begun.ok) throw new Error("refused");
  const options = begun.said.credential_options;
  options.challenge = bytes(options.challenge);
  for (const one of options.allowCredentials ?? []) one.id = bytes(one.id);
  const made = await navigator.credentials.get({ publicKey: options });
  const signed = answer(made, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]);
  const remember = document.querySelector("input[name=remember]")?.checked ? "y" : "";
  const facts = { credential: JSON.stringify(signed), remember };
  const done = await ask(form, after(form, begun), facts);
  if (!done.ok) throw new Error("refused");
  location.assign(done.said.post_login_url);
}

// The answer goes one step below the question, with what the server signed about it.
function after(form, begun) {
  const url = new URL(form.action);
  url.pathname += `/${begun.said.wan_state}`;
  return url;
}

async function ask(form, url, facts) {
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/json",
    "X-CSRFToken": form.elements.csrf_token.value,
  };
  const got = await fetch(url, { method: "POST", headers, body: JSON.stringify(facts) });
  const said = await got.json().catch(() => ({}));
  return { ok: got.ok, status: got.status, said: said.response ?? {} };
}

function answer(made, names) {
  const response = {};
  for (const name of names) if (made.response[name]) response[name] = letters(made.response[name]);
  return {
    id: made.id,
    rawId: letters(made.rawId),
    type: made.type,
    response,
    extensions: JSON.stringify(made.getClientExtensionResults()),
  };
}

function say(form, text) {
  const place = form.querySelector("[role=alert]");
  place.textContent = text;
  place.hidden = !text;
}

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function letters(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
