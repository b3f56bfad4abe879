// Keys for scoring: a digit chooses the described point that begins with it in the criterion at hand, up and down move
// between criteria, left and right between proposals. A key typed into a text belongs to the text.

const criteria = [...document.querySelectorAll("fieldset[data-points]")];

const isTyping = (target) =>
  target.matches("textarea, select, [contenteditable]") || target.matches("input:not([type=radio], [type=checkbox])");

const follow = (selector) => {
  const link = document.querySelector(selector);
  if (link) link.click();
  return Boolean(link);
};

// The criterion at hand holds the focus, or the last one that did; at first it is the first without a point.
let last = criteria.findIndex((group) => !group.querySelector(":checked"));
if (last < 0) last = 0;
criteria.forEach((group, index) => {
  (group.closest("[data-criterion]") || group).addEventListener("focusin", () => {
    last = index;
  });
});

function choose(digit) {
  const group = criteria[last];
  const points = group ? [...group.querySelectorAll("input[type=radio]:not(:disabled)")] : [];
  const point = points.find((one) => one.value === digit) || points.find((one) => one.value.startsWith(digit));
  if (!point) return false;
  point.focus();
  point.click();
  return true;
}

function move(step) {
  const next = criteria[last + step];
  if (!next) return false;
  const point = next.querySelector("input:checked") || next.querySelector("input:not(:disabled)");
  if (point) point.focus();
  (next.closest("[data-criterion]") || next).scrollIntoView({ block: "nearest" });
  return Boolean(point);
}

const acts = {
  ArrowUp: () => move(-1),
  ArrowDown: () => move(1),
  ArrowLeft: () => follow("a[data-previous]"),
  ArrowRight: () => follow("a[data-next]"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  const done = /^[0-9]$/.test(event.key) ? choose(event.key) : acts[event.key] && acts[event.key]();
  if (done) event.preventDefault();
});
