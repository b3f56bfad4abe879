// Each field of a draft saves itself: a second after the last key, at once when it is left. What is not saved yet waits
// in this browser, by person, proposal and field, until it is saved or the person signs out.

const QUIET_MS = 1000;
const LOOK_MS = 20000;
const IDLE_MS = 300000;
const PATIENCE_MS = 30000;
const LEAVING_MS = 3000;
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
let isLeaving = false;
let hasLeft = false;
let touchedAt = performance.now();

const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (all, name) => facts[name] ?? all);

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

// Fields

// A tick is a field of its own, beside others of the same name; like a radio button it holds its value or nothing.
const nameOf = (control) => (control.type === "checkbox" ? `${control.name}-${control.value}` : control.name);
const isPicked = (field) => ["radio", "checkbox"].includes(field.controls[0].type);
const chosen = (field) => field.controls.find((one) => one.checked);
const front = (field) => chosen(field) || field.controls[0];
const read = (field) => (isPicked(field) && !chosen(field) ? "" : front(field).value.trim());

function write(field, text) {
  if (isPicked(field)) field.controls.forEach((one) => (one.checked = one.value === text));
  else field.controls[0].value = text;
  front(field).dispatchEvent(new Event(isPicked(field) ? "change" : "input", { bubbles: true }));
}

// `kept` is a text that the server holds as `seen`: "6,50" as "6.5".
const isDirty = (field) => read(field) !== field.seen && read(field) !== field.kept;
const canGo = (field) => !field.clash && field.refused !== read(field);
const dirty = () => [...fields.values()].filter(isDirty);

function inWords(field, text) {
  const all = isPicked(field) ? field.controls : [...(field.controls[0].options || [])];
  const named = text && all.find((one) => one.value === text);
  return named ? (named.closest("label") || named).textContent.trim() : text || words.nothing;
}

const placeOf = (field) => field.controls[0].closest(".field") || field.controls[0].parentElement;

function titleOf(name) {
  const control = fields.has(name) && fields.get(name).controls[0];
  const around = control && (control.closest(".req") || control.closest("fieldset"));
  const title = around ? around.querySelector("h3, legend") : control && control.labels[0];
  return title ? title.textContent.trim() : "";
}

// What waits in the browser; one that keeps nothing gives undefined.

const keyOf = (field) => `${SHELF}${words.person} ${words.autosave} ${field.name}`;

function onShelf(act) {
  try {
    return act(window.localStorage);
  } catch {
    return undefined;
  }
}

function shelve(field) {
  if (hasLeft) return;
  const waiting = { text: read(field), seen: field.seen, title: titleOf(field.name), told: inWords(field, read(field)) };
  field.isShelved = onShelf((shelf) => shelf.setItem(keyOf(field), JSON.stringify(waiting)) || true);
}

const unshelve = (field) => onShelf((shelf) => shelf.removeItem(keyOf(field)));
const shelved = (field) => onShelf((shelf) => JSON.parse(shelf.getItem(keyOf(field))));
const keysOf = (shelf) => Object.keys(shelf).filter((key) => key.startsWith(SHELF));
const clearShelf = () => onShelf((shelf) => keysOf(shelf).forEach((key) => shelf.removeItem(key)));

// What is said

function say(text, ...more) {
  bar.querySelector("[role=status]").replaceChildren(text, ...more);
}

function mark(field, text) {
  const id = `${field.controls[0].id || field.name}-unsaved`;
  unmark(field);
  const control = field.controls[0];
  const before = isPicked(field) ? control.closest("label").parentElement : control.closest(".field-unit") || control;
  before.before(Object.assign(element("p", "field-bad", text), { id }));
  field.controls.forEach((one) => {
    one.setAttribute("aria-invalid", "true");
    one.setAttribute("aria-describedby", `${field.hint} ${id}`.trim());
    // The sentence may have pushed the field under the bar.
    if (one === document.activeElement) one.scrollIntoView({ block: "nearest" });
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
  const button = (kind, text, wanted) =>
    Object.assign(element("button", kind, text), { type: "button", onclick: () => settle(field, theirs, wanted()) });
  const buttons = [button("button", words.keep, () => read(field)), button("button plain", words.take, () => theirs)];
  const parts = [element("p", "", words.clash), element("dl", "facts", ...facts), element("p", "row", ...buttons)];
  field.clash = Object.assign(element("div", "notice warn", ...parts), { role: "alert" });
  placeOf(field).append(field.clash);
}

function unclash(field) {
  if (field.clash) field.clash.remove();
  field.clash = null;
}

function settle(field, theirs, wanted) {
  unclash(field);
  Object.assign(field, { seen: theirs, kept: null });
  if (read(field) !== wanted) write(field, wanted);
  else note(field);
  front(field).focus();
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
  if (isStopped) {
    mark(field, words.unsaved);
    return;
  }
  say(trouble || words.waiting);
  if (!trouble) schedule(QUIET_MS);
}

const post = (body) =>
  window.fetch(words.autosave, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    keepalive: document.hidden,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });

// Gives whether all that could be sent has arrived: not what was refused and is unchanged, nor what clashes.
async function send() {
  window.clearTimeout(timer);
  if (isStopped || hasLeft || isBusy) return false;
  isBusy = true;
  const sent = dirty()
    .filter(canGo)
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
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return arrived(told, sent);
  if (answer.status === 401) return ended(told.sign_in);
  if (answer.status === 403 && told.denied) return stop(`${told.denied} ${words.refused}`);
  if (answer.status === 403) return renewed();
  if (told.problem) return say(told.problem);
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
  tellChanged();
  // What is computed from saved fields is asked for anew by who shows it.
  if (told.saved_at) form.dispatchEvent(new Event("saved"));
  if (dirty().some(canGo)) schedule(QUIET_MS);
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
  if (!waiting.length && time) say(fill(words.saved, { time }));
  else if (!waiting.every(canGo)) say(time ? fill(words.partly, { time }) : words.marked);
}

// What was submitted is not the draft as it stands any more, whoever changed it.
function tellChanged() {
  const standing = document.querySelector("[data-changed]");
  if (!standing || Number(standing.dataset.revision) === revision) return;
  standing.textContent = standing.dataset.changed;
  standing.classList.replace("good", "warn");
  document.title = document.title.replace(/^[^:]+/, standing.dataset.headline);
}

// The buttons send the whole form: by what this page has seen of each field, never by a revision.
function keepForTheButton() {
  const seen = Object.fromEntries([...fields.values()].map((field) => [field.name, field.seen]));
  form.elements.namedItem("seen").value = JSON.stringify(seen);
  form.elements.namedItem("revision").value = "0";
  const answered = document.querySelector("[data-answered]");
  if (answered) answered.textContent = Object.keys(seen).filter((name) => seen[name] && !/^(evidence|page)-/.test(name)).length;
}

// While somebody is at work here, the page asks who else is, and what they saved.
function look() {
  if (!document.hidden && performance.now() - touchedAt < IDLE_MS) schedule(LOOK_MS);
}

function ended(href) {
  stop(words.ended);
  say(`${words.ended} `, Object.assign(element("a", "", words.again), { href }));
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
    .filter((one) => one.name && one.matches("textarea, select, input:not([type=hidden], [type=file])"))
    .forEach((one) => {
      const described = (one.getAttribute("aria-describedby") || "").split(" ");
      const hint = described.filter((id) => id.endsWith("-hint")).join(" ");
      const name = nameOf(one);
      const field = fields.get(name) || { name, controls: [], hint, seen: seen[name] ?? "" };
      field.controls.push(one);
      fields.set(name, field);
    });
}

function restore() {
  fields.forEach((field) => {
    if (field.controls[0].getAttribute("aria-invalid")) field.refused = read(field);
    const waiting = shelved(field);
    if (!waiting) return;
    if (waiting.text !== field.seen) field.seen = waiting.seen;
    if (read(field) === waiting.text) return;
    write(field, waiting.text);
    say(words.restored);
  });
  fields.forEach((field) => (isDirty(field) ? shelve(field) : unshelve(field)));
}

// After signing in again the address names the field.
function goToField() {
  const place = window.location.hash && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  if (!place || !form.contains(place)) return;
  const folded = place.closest("details");
  if (folded) folded.open = true;
  const control = [place, ...place.querySelectorAll("*")].find((one) => one.matches("input, select, textarea"));
  if (control) control.focus();
}

async function submit(event) {
  if (!dirty().length || isStopped) return;
  event.preventDefault();
  while (isBusy) await new Promise((done) => window.setTimeout(done, 50));
  if (!(await send())) return;
  form.removeEventListener("submit", submit);
  form.requestSubmit(event.submitter);
}

// What can still be saved is, in a few seconds; whoever goes on then leaves nothing behind, and nothing more is asked.
async function leave(event) {
  if (!isLeaving && !isStopped && (isBusy || dirty().some(canGo))) {
    isLeaving = true;
    event.preventDefault();
    send();
    for (let waited = 0; isBusy && waited < LEAVING_MS; waited += 50) await new Promise((done) => window.setTimeout(done, 50));
    event.target.requestSubmit(event.submitter);
    return;
  }
  isLeaving = false;
  if (dirty().length && !window.confirm(words.leaving)) {
    event.preventDefault();
    return;
  }
  hasLeft = true;
  window.clearTimeout(timer);
  clearShelf();
}

function begin() {
  token = form.elements.namedItem("csrfmiddlewaretoken").value;
  revision = Number(form.elements.namedItem("revision").value);
  gather();
  bar.hidden = false;
  form.querySelectorAll("[data-saving-note]").forEach((one) => (one.hidden = false));
  const on = (kind, act) =>
    form.addEventListener(kind, ({ target }) => fields.has(nameOf(target)) && act(fields.get(nameOf(target))));
  // Whoever types here again has not left after all: the line broke, or the browser led back.
  form.addEventListener("input", ({ isTrusted }) => isTrusted && (hasLeft = false));
  on("input", note);
  on("change", note);
  on("focusin", (field) => (at = field.name));
  on("focusout", (field) => isDirty(field) && !trouble && schedule(0));
  form.addEventListener("submit", submit);
  document.querySelectorAll("form[action$='/logout/']").forEach((way) => way.addEventListener("submit", leave));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden || dirty().length) schedule(0);
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
