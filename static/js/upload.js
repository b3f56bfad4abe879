// Files chosen or dropped on the documents page go up one after the other, and go on where they stopped after a broken
// line, a reload or a power cut. Without this script each kind has a plain form that does the same for one file.
// All words come from the page. Of a file only the address of its upload is kept in the browser, until it is done.

import { Transfer } from "./tus.js";

const place = document.querySelector("[data-uploads]");
const words = place ? place.dataset : {};
const language = document.documentElement.lang;
const jobs = [];
let active = null;

// Words and numbers

const fill = (pattern, facts) => pattern.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const unit = (value, name, digits = 0) =>
  new Intl.NumberFormat(language, { style: "unit", unit: name, maximumFractionDigits: digits }).format(value);
const size = (bytes) => (bytes < 1e6 ? unit(Math.ceil(bytes / 1e3), "kilobyte") : unit(bytes / 1e6, "megabyte", 1));
const time = (seconds) => (seconds < 60 ? unit(Math.ceil(seconds), "second") : unit(Math.ceil(seconds / 60), "minute"));

const after = (milliseconds) => new Promise((resolve) => window.setTimeout(resolve, milliseconds));

function announce(sentence) {
  place.querySelector("[data-said]").textContent = sentence;
}

// What is kept in the browser: under a number made of what tells a file from others, the address of its upload.

const PREFIX = "upload:";

function fingerprint(kind, file) {
  const facts = [words.proposal, kind, file.name, file.size, file.lastModified].join("\n");
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (const one of facts) {
    a = Math.imul(a ^ one.codePointAt(0), 0x01000193);
    b = Math.imul(b ^ one.codePointAt(0), 0x85ebca6b) ^ (a >>> 15);
  }
  return PREFIX + (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

// A browser may forbid storage; then an upload goes on after a broken line, but not after a reload.
function stored(act) {
  try {
    return act(window.localStorage);
  } catch {
    return null;
  }
}

const addressOf = (key) => stored((store) => store.getItem(key)) || "";
const remember = (key, address) => stored((store) => (address ? store.setItem(key, address) : store.removeItem(key)));
const forgetAll = () =>
  stored((store) => Object.keys(store).filter((key) => key.startsWith(PREFIX)).forEach((key) => store.removeItem(key)));

// Looked at before anything is sent; the server counts for itself.

function faultOf({ dataset: kind }, file) {
  const extension = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
  const others = jobs.filter((job) => !job.isOver);
  const totals = document.querySelector("[data-summary]").dataset;
  const bytes = others.reduce((sum, job) => sum + job.file.size, file.size);
  if (!kind.types.split(" ").includes(extension)) return extension ? fill(kind.wrongType, { extension }) : kind.noType;
  if (!file.size) return words.empty;
  if (file.size > Number(kind.most)) return fill(kind.tooLarge, { size: size(file.size) });
  if (others.filter((job) => job.kind === kind.kind).length >= Number(kind.room)) return kind.noRoom;
  if (others.length >= Number(totals.files)) return words.noFiles;
  return bytes > Number(totals.bytes) ? words.noBytes : "";
}

// One file and its row. Its states: queued, starting, sending, checking, broken, busy, offline, paused, signedOut, refused,
// received.

const BUTTONS = {
  pause: ["queued", "starting", "sending", "broken", "busy", "offline"],
  resume: ["paused", "signedOut"],
  cancel: ["queued", "starting", "sending", "broken", "busy", "offline", "paused", "signedOut"],
  dismiss: ["refused", "received"],
};

class Job {
  isOver = false;
  #tenth = -1;

  constructor(section, file) {
    Object.assign(this, { section, file, kind: section.dataset.kind });
    this.key = fingerprint(this.kind, file);
    this.row = place.querySelector("template").content.firstElementChild.cloneNode(true);
    this.row.querySelectorAll("[data-name]").forEach((name) => {
      name.textContent = file.name;
    });
    Object.keys(BUTTONS).forEach((name) => this.part(name).addEventListener("click", () => this[name]()));
    this.part("bar").setAttribute("aria-label", file.name);
    section.querySelector("[data-sending]").append(this.row);
    this.show("queued");
  }

  part(name) {
    return this.row.querySelector(`[data-${name}]`);
  }

  get percent() {
    return Math.floor((100 * (this.transfer?.sent ?? 0)) / (this.file.size || 1));
  }

  get percentText() {
    return `${this.percent}\u00a0%`;
  }

  show(state, facts = {}) {
    const held = this.row.contains(document.activeElement);
    this.isNew = state !== this.state;
    this.state = state;
    this.sentence = fill(words[state], { percent: this.percentText, size: size(this.file.size), ...facts });
    this.part("meta").textContent = this.sentence;
    this.part("bar").value = this.percent;
    this.part("going").hidden = BUTTONS.dismiss.includes(state);
    Object.entries(BUTTONS).forEach(([name, states]) => {
      this.part(name).hidden = !states.includes(state);
    });
    // A button that goes takes the focus with it, so the next one gets it.
    const { activeElement: focused, body } = document;
    if (held && (focused === body || focused.hidden)) this.row.querySelector("button:not([hidden])")?.focus();
  }

  say(sentence = this.sentence) {
    announce(`${this.file.name}: ${sentence}`);
  }

  run() {
    const { file, kind, key } = this;
    this.transfer ??= new Transfer({
      file,
      endpoint: words.endpoint,
      address: addressOf(key),
      metadata: { filename: file.name, filetype: file.type, proposal: words.proposal, kind },
      token: () => document.querySelector("[name=csrfmiddlewaretoken]").value,
      tell: (step) => this.tell(step),
      remember: (address) => remember(key, address),
    });
    const listed = [...place.querySelectorAll("[data-upload]")].find((row) => row.dataset.upload === this.transfer.address);
    if (listed) listed.hidden = true;
    return this.transfer.run();
  }

  tell({ phase, sent, rate, pause }) {
    const left = rate ? fill(words.left, { rate: unit(rate / 1e3, "kilobyte-per-second"), time: time((this.file.size - sent) / rate) }) : "";
    this.show(phase, { sent: size(sent), left, time: time(pause / 1e3) });
    const tenth = Math.floor(this.percent / 10);
    // A screen reader hears each tenth and each change, not each of a thousand steps.
    if (phase !== "sending") {
      if (this.isNew) this.say();
    } else if (tenth > this.#tenth) {
      this.say(fill(words.percent, { percent: this.percentText }));
      this.#tenth = tenth;
    }
  }

  pause() {
    this.transfer?.stop();
    this.show("paused");
    this.say();
  }

  async resume() {
    if (this.state === "signedOut") await refresh();
    this.show("queued");
    next();
  }

  cancel() {
    this.say(words.cancelled);
    remember(this.key, "");
    this.transfer?.cancel();
    this.dismiss();
  }

  /** The row goes; who was on one of its buttons comes back to the kind. */
  dismiss() {
    const held = this.row.contains(document.activeElement);
    this.isOver = true;
    this.row.remove();
    if (held) this.section.querySelector("h2").focus();
    next();
  }

  refuse(sentence) {
    this.isOver = true;
    this.show("refused");
    this.part("refusal").hidden = false;
    this.part("why").textContent = sentence;
    this.say(this.part("refusal").textContent);
  }

  async end(outcome) {
    if (outcome === "kept") this.receive();
    else if (outcome === "denied") await this.ask();
    else if (outcome === "unreadable") this.refuse(words.unreadable);
    else if (outcome === "refused") this.refuse(this.transfer.sentence || words.failed);
    else if (outcome === "signedOut") {
      this.show("signedOut");
      this.say();
    }
  }

  /** Nobody waits for this: over a bad line the next file goes on while the page asks what the portal has. */
  async receive() {
    this.isOver = true;
    this.show("received");
    this.say();
    let isShown = await refresh();
    for (let pause = 1000; !isShown && pause < 100000; pause *= 2) {
      await after(pause);
      isShown = await refresh();
    }
    if (isShown) this.dismiss();
  }

  /** Who signed in anew in another tab goes on with the new token; else the portal's no stands. */
  async ask() {
    const old = this.transfer.token();
    await refresh();
    // Whoever paused or cancelled meanwhile has said what is to be.
    if (this.isOver || this.state === "paused") return;
    if (this.transfer.token() === old) this.refuse(this.transfer.sentence || words.failed);
    else this.show("queued");
  }
}

// The queue: one at a time, for a narrow line carries one file sooner than two halves.

async function next() {
  if (active) return;
  active = jobs.find((job) => job.state === "queued" && !job.isOver);
  if (!active) return;
  const outcome = await active.run();
  await active.end(outcome);
  active = null;
  next();
}

function take(section, files) {
  for (const file of files) {
    const fault = faultOf(section, file);
    const job = new Job(section, file);
    jobs.push(job);
    if (fault) job.refuse(fault);
  }
  next();
}

// What the portal has now: the page is asked for again and its lists are put in place. False where it did not come.

async function refresh() {
  const asking = { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(30000) };
  const answer = await fetch(window.location.pathname, asking).catch(() => null);
  const text = answer?.ok ? await answer.text().catch(() => "") : "";
  const fresh = new DOMParser().parseFromString(text, "text/html");
  if (!fresh.querySelector("[data-uploads]")) return false;
  document.title = fresh.title;
  const token = fresh.querySelector("[name=csrfmiddlewaretoken]").value;
  document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((input) => {
    input.value = token;
  });
  document.querySelectorAll("[data-fresh]").forEach((part) => {
    const found = fresh.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (!found) return;
    // Who waits on a button of it finds the one in its place.
    const held = part.contains(document.activeElement);
    part.replaceWith(found);
    if (held) found.querySelector("a, button")?.focus();
  });
  place.querySelectorAll("[data-kind]").forEach((section) => {
    const found = fresh.querySelector(`[data-kind="${section.dataset.kind}"]`);
    const form = section.querySelector("form[data-plain]");
    section.dataset.room = found?.dataset.room ?? 0;
    if (form) form.hidden = !found?.querySelector("form[data-plain]");
  });
  return true;
}

// Choosing and dropping

function arm(section) {
  const form = section.querySelector("form[data-plain]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  input.multiple = Number(section.dataset.files) > 1;
  input.required = false;
  form.querySelector("button").hidden = true;
  form.addEventListener("submit", (event) => event.preventDefault());
  const takeChosen = () => {
    take(section, [...input.files]);
    input.value = "";
  };
  input.addEventListener("change", takeChosen);
  // Over a slow line a file may be chosen before this script is here.
  takeChosen();
  section.addEventListener("dragover", () => section.classList.toggle("drop", !form.hidden));
  section.addEventListener("dragleave", () => section.classList.remove("drop"));
  section.addEventListener("drop", (event) => {
    section.classList.remove("drop");
    if (!form.hidden) take(section, [...event.dataTransfer.files]);
  });
}

if (place) {
  place.querySelectorAll("[data-kind]").forEach(arm);
  document.querySelectorAll("[data-scripted]").forEach((hint) => {
    hint.hidden = false;
  });
  // A file dropped beside a kind would take the person away from the page.
  ["dragover", "drop"].forEach((name) => window.addEventListener(name, (event) => event.preventDefault()));
  window.addEventListener("beforeunload", (event) => {
    if (jobs.some((job) => !job.isOver)) event.preventDefault();
  });
  document.querySelector("form[action$='/logout/']")?.addEventListener("submit", forgetAll);
}
