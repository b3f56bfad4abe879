// Keys for scoring: a digit chooses the described point that begins with it in the criterion at hand; up and down move
// between criteria, left and right between proposals. A key typed into a text belongs to the text, and on a radio button
// the arrows keep their own meaning.

const criteria = [...document.querySelectorAll("fieldset[data-points]")];

const isText = (target) =>
  target.matches("textarea, select, [contenteditable]") || target.matches("input:not([type=radio], [type=checkbox])");

// At first the criterion at hand is the first without a point, then the one that was entered last.
let atHand = Math.max(criteria.findIndex((group) => !group.querySelector(":checked")), 0);

criteria.forEach((group, index) => {
  group.tabIndex = -1;
  (group.closest("[data-criterion]") || group).addEventListener("focusin", () => {
    atHand = index;
  });
});

function choose(digit) {
  const group = criteria[atHand];
  const points = group ? [...group.querySelectorAll("input[type=radio]:not(:disabled)")] : [];
  const point = points.find((one) => one.value === digit) || points.find((one) => one.value.startsWith(digit));
  if (!point) return false;
  point.click();
  group.focus();
  return true;
}

function move(step) {
  const next = criteria[atHand + step];
  if (!next) return false;
  next.focus();
  return true;
}

function follow(selector) {
  const link = document.querySelector(selector);
  if (link) link.click();
  return Boolean(link);
}

const arrows = {
  ArrowUp: () => move(-1),
  ArrowDown: () => move(1),
  ArrowLeft: () => follow("a[data-previous]"),
  ArrowRight: () => follow("a[data-next]"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || isText(event.target)) return;
  const isRadio = event.target.matches("input[type=radio]");
  const arrow = isRadio ? undefined : arrows[event.key];
  const done = /^[0-9]$/.test(event.key) ? choose(event.key) : arrow && arrow();
  if (done) event.preventDefault();
});
