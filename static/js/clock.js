// The portal's clock goes on from the instant that the server wrote into the page, by a timer that no change of the
// computer's clock can move. What the page shows decides nothing: the portal's clock does.
// The timer may stand still while a computer sleeps, so after a sleep the portal is asked for the time again.

const DAY = 86400000;
const source = document.querySelector("[data-now]");
let serverNow = Number(source && source.dataset.now);
let started = performance.now();
let drift = Date.now() - started;

const now = () => serverNow + (performance.now() - started);

// The header has whole seconds, cut off; one is added so that never more time is shown than there is.
async function askAgain() {
  drift = Date.now() - performance.now();
  const answer = await fetch("/healthz", { method: "HEAD", cache: "no-store" }).catch(() => null);
  const told = Date.parse((answer && answer.headers.get("Date")) || "");
  if (told) {
    serverNow = told + 1000;
    started = performance.now();
  }
}

const shapes = new Map();
function tellTime(place, at) {
  const zone = place.dataset.clock;
  if (!shapes.has(zone)) {
    shapes.set(zone, new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" }));
  }
  place.textContent = shapes.get(zone).format(at);
}

function parts(left, withSeconds) {
  const seconds = Math.floor(left / 1000);
  const counts = [
    ["days", Math.floor(seconds / 86400)],
    ["hours", Math.floor(seconds / 3600) % 24],
    ["minutes", Math.floor(seconds / 60) % 60],
    ["seconds", seconds % 60],
  ];
  const first = counts.findIndex(([, count]) => count > 0);
  const last = withSeconds || left < DAY ? 4 : 3;
  return counts.slice(first < 0 ? 3 : first, last);
}

// What runs out while the page stands open may have been extended since: only a page loaded anew knows.
const running = new WeakSet();

function tellLeft(place, at) {
  const left = Number(place.dataset.closesAt) - at;
  const clock = place.querySelector(".clock");
  if (left <= 0) {
    place.querySelector("p").textContent = running.has(place) ? place.dataset.overHere : place.dataset.overLabel;
    clock.textContent = place.dataset.over;
    clock.classList.remove("soon");
    return;
  }
  running.add(place);
  const written = parts(left, "big" in place.dataset).flatMap(([unit, count]) => {
    const small = document.createElement("small");
    small.textContent = place.dataset[unit];
    return [String(count), small];
  });
  clock.replaceChildren(...written);
  clock.classList.toggle("soon", left < DAY);
}

function tell() {
  const at = now();
  document.querySelectorAll("[data-clock]").forEach((place) => tellTime(place, at));
  document.querySelectorAll("[data-closes-at]").forEach((place) => tellLeft(place, at));
}

// Who asked for less motion gets the clock anew each minute instead of each second, but the last minutes in full.
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const isClose = () =>
  [...document.querySelectorAll("[data-closes-at]")].some((place) => {
    const left = Number(place.dataset.closesAt) - now();
    return left > -2000 && left < 300000;
  });

let shownMinute = -1;
function tick() {
  if (Math.abs(Date.now() - performance.now() - drift) > 2000) askAgain();
  const minute = Math.floor(now() / 60000);
  if (!calm.matches || isClose() || minute !== shownMinute) tell();
  shownMinute = minute;
  window.setTimeout(tick, 1000 - (now() % 1000));
}

// A page that comes back from the browser's memory carries an old instant: only the server knows the time.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

if (serverNow) tick();
