// Each field of a draft saves itself: about a second after the last key, at once when it is left. What is not saved yet
// waits in this browser, by person, proposal and field, and is removed once it is saved and at sign-out. The server
// merges field by field; where two people changed the same one, the person here decides. Without this script the buttons
// save as ever.

const QUIET_MS = 1000;
const LOOK_MS = 20000;
const IDLE_MS = 300000;
const PATIENCE_MS = 30000;
const AGAIN_MS = [2000, 4000, 8000, 16000, 30000, 60000];
const SHELF = "idc-draft ";

const bar = document.querySelector("[data-autosave]");
const form = bar && bar.closest("form");
const words = bar ? bar.dataset : {};
const fields = new Map();

let token = "";
let revision = 0;
let at = "";
let timer = 0;
let failures = 0;
let trouble = "";
let isBusy = false;
let isStopped = false;
let touchedAt = performance.now();

const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (all, name) => facts[name] ?? all);

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

// Fields

const isRadio = (field) => field.controls[0].type === "radio";

function read(field) {
  const control = isRadio(field) ? field.controls.find((one) => one.checked) : field.controls[0];
  return control ? control.value.trim() : "";
}

function write(field, text) {
  if (isRadio(field)) field.controls.forEach((one) => (one.checked = one.value === text));
  else field.controls[0].value = text;
  const told = field.controls.find((one) => one.checked) || field.controls[0];
  told.dispatchEvent(new Event(isRadio(field) ? "change" : "input", { bubbles: true }));
}

// `kept` is a text that the server holds as `seen`: "6,50" as "6.5".
const isDirty = (field) => read(field) !== field.seen && read(field) !== field.kept;
const dirty = () => [...fields.values()].filter(isDirty);

function inWords(field, text) {
  if (!text) return words.nothing;
  const control = isRadio(field) ? field.controls.find((one) => one.value === text) : field.controls[0];
  if (control && isRadio(field)) return control.closest("label").textContent.trim();
  const option = control && control.options && [...control.options].find((one) => one.value === text);
  return option ? option.textContent : text;
}

const placeOf = (field) => field.controls[0].closest(".field") || field.controls[0].parentElement;

function titleOf(name) {
  const field = fields.get(name);
  if (!field) return "";
  const control = field.controls[0];
  const around = control.closest(".req") || (isRadio(field) && control.closest("fieldset"));
  const title = around ? around.querySelector("h3, legend") : control.labels[0];
  return title ? title.textContent.trim() : "";
}

// The shelf: what waits in the browser

const keyOf = (field) => `${SHELF}${words.person} ${words.autosave} ${field.name}`;

function shelve(field) {
  try {
    window.localStorage.setItem(keyOf(field), JSON.stringify({ text: read(field), seen: field.seen, title: titleOf(field.name) }));
    field.isShelved = true;
  } catch {
    field.isShelved = false;
  }
}

function unshelve(field) {
  try {
    window.localStorage.removeItem(keyOf(field));
  } catch {
    // A browser that keeps nothing has nothing to remove.
  }
  field.isShelved = false;
}

function shelved(field) {
  try {
    return JSON.parse(window.localStorage.getItem(keyOf(field)));
  } catch {
    return null;
  }
}

function clearShelf() {
  try {
    const keys = Object.keys(window.localStorage);
    keys.filter((key) => key.startsWith(SHELF)).forEach((key) => window.localStorage.removeItem(key));
  } catch {
    // As above.
  }
}

// What is said

function say(text, ...more) {
  const line = bar.querySelector("[role=status]");
  line.replaceChildren(text, ...more);
}

function mark(field, text) {
  const id = `${field.controls[0].id || field.name}-unsaved`;
  unmark(field);
  const told = element("p", "field-bad", text);
  told.id = id;
  const control = field.controls[0];
  const before = isRadio(field) ? control.closest("label").parentElement : control.closest(".field-unit") || control;
  before.before(told);
  field.controls.forEach((one) => {
    one.setAttribute("aria-invalid", "true");
    one.setAttribute("aria-describedby", `${field.hint} ${id}`.trim());
  });
}

function unmark(field) {
  placeOf(field)
    .querySelectorAll(":scope > .field-bad")
    .forEach((one) => one.remove());
  field.controls.forEach((one) => {
    one.removeAttribute("aria-invalid");
    if (field.hint) one.setAttribute("aria-describedby", field.hint);
    else one.removeAttribute("aria-describedby");
  });
}

function stamp(field, time) {
  const place = placeOf(field);
  const line = place.querySelector(":scope > .saved") || place.appendChild(element("span", "saved"));
  line.textContent = time ? fill(words.saved, { time }) : "";
}

function tellOthers(others) {
  const told = others.map(({ name, task, field }) => {
    if (task !== words.task) return fill(words.elsewhere, { name });
    const title = titleOf(field);
    return fill(title ? words.hereIn : words.here, { name, field: title });
  });
  const line = bar.querySelector("[data-others]");
  if (line.textContent !== told.join(" ")) line.textContent = told.join(" ");
}

// Both values, side by side, until the person has chosen

function clash(field, theirs) {
  unclash(field);
  const facts = [
    [words.yours, read(field)],
    [words.theirs, theirs],
  ].map(([title, text]) => element("div", "", element("dt", "", title), element("dd", "", inWords(field, text))));
  const keep = element("button", "button", words.keep);
  const take = element("button", "button plain", words.take);
  keep.type = take.type = "button";
  keep.addEventListener("click", () => settle(field, theirs, read(field)));
  take.addEventListener("click", () => settle(field, theirs, theirs));
  const title = element("p", "", words.clash);
  field.clash = element("div", "notice warn", title, element("dl", "facts", ...facts), element("p", "row", keep, take));
  field.clash.setAttribute("role", "alert");
  placeOf(field).append(field.clash);
}

function unclash(field) {
  if (field.clash) field.clash.remove();
  field.clash = null;
}

function settle(field, theirs, chosen) {
  unclash(field);
  field.seen = theirs;
  field.kept = null;
  if (read(field) !== chosen) write(field, chosen);
  else note(field);
  (field.controls.find((one) => one.checked) || field.controls[0]).focus();
  schedule(0);
}

// Sending

function schedule(wait) {
  window.clearTimeout(timer);
  timer = window.setTimeout(send, wait);
}

function note(field) {
  touchedAt = performance.now();
  if (!isDirty(field)) {
    unshelve(field);
    if (!field.clash) unmark(field);
    return;
  }
  shelve(field);
  stamp(field, "");
  if (field.clash) field.clash.querySelector("dd").textContent = inWords(field, read(field));
  if (isStopped) return;
  say(trouble || words.waiting);
  if (!trouble) schedule(QUIET_MS);
}

const post = (body) =>
  window.fetch(words.autosave, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    keepalive: document.visibilityState === "hidden",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });

// Gives whether everything that could be sent has arrived.
async function send() {
  window.clearTimeout(timer);
  if (isStopped || isBusy) return false;
  isBusy = true;
  // A text that was refused is not sent again before it changes; one that clashes waits for the person.
  const sent = dirty()
    .filter((field) => !field.clash && field.refused !== read(field))
    .map((field) => ({ field, text: read(field), seen: field.seen }));
  const named = sent.map(({ field, text, seen }) => [field.name, { text, seen }]);
  try {
    const answer = await post({ task: words.task, fields: Object.fromEntries(named), revision, at });
    return await take(answer, sent);
  } catch {
    return later(window.navigator.onLine ? words.silent : words.offline);
  } finally {
    isBusy = false;
  }
}

async function take(answer, sent) {
  const isOurs = (answer.headers.get("Content-Type") || "").includes("json");
  const told = isOurs ? await answer.json() : {};
  if (answer.ok) return arrived(told, sent);
  if (answer.status === 401) return ended(told.sign_in);
  if (answer.status === 403 && told.denied) return stop(`${told.denied} ${words.refused}`);
  if (answer.status === 403) return renewed();
  if (answer.status === 404) return stop(`${words.gone} ${words.refused}`);
  return later(words.silent);
}

function later(sentence) {
  trouble = sentence;
  if (dirty().length) say(trouble);
  schedule(AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]);
  failures += 1;
  return false;
}

function arrived(told, sent) {
  if (trouble) say("");
  trouble = "";
  failures = 0;
  revision = told.revision;
  sent.forEach(({ field, text }) => {
    if (field.name in told.mistakes) {
      field.refused = text;
      mark(field, told.mistakes[field.name]);
    } else if (field.name in told.clashes) {
      clash(field, told.clashes[field.name]);
    } else {
      Object.assign(field, { seen: told.values[field.name], kept: text, refused: null });
      unmark(field);
      stamp(field, told.saved_at);
      if (isDirty(field)) shelve(field);
      else unshelve(field);
    }
  });
  const mine = new Set(sent.map(({ field }) => field.name));
  Object.entries(told.values || {}).forEach(([name, text]) => {
    if (!mine.has(name)) takeOver(fields.get(name), text);
  });
  tellOthers(told.others);
  keepForTheButton();
  tellSaved(told.saved_at);
  if (dirty().some((field) => !field.clash && field.refused !== read(field))) schedule(QUIET_MS);
  else look();
  return true;
}

// What a colleague saved meanwhile comes in where nothing was typed here.
function takeOver(field, text) {
  if (!field || field.seen === text || isDirty(field)) return;
  Object.assign(field, { seen: text, kept: null });
  write(field, text);
}

function tellSaved(time) {
  const waiting = dirty();
  const isMarked = waiting.some((field) => field.clash || field.refused === read(field));
  if (!waiting.length && time) say(fill(words.saved, { time }));
  else if (isMarked) say(time ? fill(words.partly, { time }) : words.marked);
}

// The buttons send the whole form: by what this page has seen of each field, never by a revision.
function keepForTheButton() {
  const seen = Object.fromEntries([...fields.values()].map((field) => [field.name, field.seen]));
  form.elements.namedItem("seen").value = JSON.stringify(seen);
  form.elements.namedItem("revision").value = "0";
}

// While somebody is at work here, the page asks who else is, and what they saved.
function look() {
  const isWatched = document.visibilityState === "visible" && performance.now() - touchedAt < IDLE_MS;
  if (isWatched) schedule(LOOK_MS);
}

function ended(address) {
  stop(words.ended);
  const link = element("a", "", words.again);
  link.href = address;
  say(`${words.ended} `, link);
  return false;
}

function stop(sentence) {
  isStopped = true;
  window.clearTimeout(timer);
  bar.classList.add("notice", "bad");
  say(sentence);
  dirty().forEach((field) => mark(field, words.unsaved));
  return false;
}

// Signing in again in another tab gives the browser a new token; the page that is loaded with it has it.
async function renewed() {
  const answer = await window.fetch(window.location.pathname, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [there, input] = [page.querySelector("[data-autosave]"), page.querySelector("[name=csrfmiddlewaretoken]")];
  if (answer.ok && there && there.dataset.person !== words.person) return stop(words.stranger);
  if (!answer.ok || !there || !input || input.value === token) return later(words.silent);
  token = input.value;
  form.elements.namedItem("csrfmiddlewaretoken").value = token;
  schedule(QUIET_MS);
  return false;
}

// Beginning

function gather() {
  const seen = JSON.parse(form.elements.namedItem("seen").value || "{}");
  [...form.elements]
    .filter((one) => one.name && one.matches("textarea, select, input:not([type=hidden], [type=checkbox], [type=file])"))
    .forEach((one) => {
      const described = (one.getAttribute("aria-describedby") || "").split(" ");
      const hint = described.filter((id) => id.endsWith("-hint")).join(" ");
      const field = fields.get(one.name) || { name: one.name, controls: [], hint, seen: seen[one.name] ?? "" };
      field.controls.push(one);
      fields.set(one.name, field);
    });
}

function restore() {
  const back = [...fields.values()].filter((field) => {
    if (field.controls[0].getAttribute("aria-invalid")) field.refused = read(field);
    const waiting = shelved(field);
    if (!waiting) return false;
    if (waiting.text === field.seen) {
      unshelve(field);
      return false;
    }
    field.seen = waiting.seen;
    if (read(field) === waiting.text) return false;
    write(field, waiting.text);
    return true;
  });
  if (back.length) say(words.restored);
}

// After signing in again the address names the field.
function goToField() {
  const place = window.location.hash && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  if (!place || !form.contains(place)) return;
  const folded = place.closest("details");
  if (folded) folded.open = true;
  const control = place.matches("input, select, textarea") ? place : place.querySelector("input, select, textarea");
  if (control) control.focus();
}

async function submit(event) {
  if (!dirty().length || isStopped) return;
  event.preventDefault();
  const button = event.submitter;
  while (isBusy) await new Promise((done) => window.setTimeout(done, 50));
  if (!(await send())) return;
  form.removeEventListener("submit", submit);
  form.requestSubmit(button);
}

function leave(event) {
  if (dirty().length && !window.confirm(words.leaving)) event.preventDefault();
  else clearShelf();
}

function begin() {
  token = form.elements.namedItem("csrfmiddlewaretoken").value;
  revision = Number(form.elements.namedItem("revision").value);
  gather();
  bar.hidden = false;
  form.querySelectorAll("[data-saving-note]").forEach((one) => (one.hidden = false));
  ["input", "change"].forEach((kind) =>
    form.addEventListener(kind, ({ target }) => {
      if (fields.has(target.name)) note(fields.get(target.name));
    }),
  );
  form.addEventListener("focusin", ({ target }) => {
    if (fields.has(target.name)) at = target.name;
  });
  form.addEventListener("focusout", ({ target }) => {
    if (fields.has(target.name) && isDirty(fields.get(target.name)) && !trouble) schedule(0);
  });
  form.addEventListener("submit", submit);
  document.querySelectorAll("form[action$='/logout/']").forEach((way) => way.addEventListener("submit", leave));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" || dirty().length) schedule(0);
  });
  window.addEventListener("online", () => schedule(0));
  window.addEventListener("offline", () => {
    trouble = words.offline;
    if (dirty().length) say(trouble);
  });
  // The browser asks before a page is left only where it could keep nothing.
  window.addEventListener("beforeunload", (event) => {
    if (dirty().some((field) => !field.isShelved)) event.preventDefault();
  });
  restore();
  goToField();
  schedule(0);
}

if (form) begin();
