// Says at once whether a claim passes. Numbers are compared as texts, digit by digit, so that nothing is ever rounded.
// The server reads and judges again when the page is saved; without this script it alone does.

const form = document.querySelector("form[data-answers]");
const words = form ? form.dataset : {};
const WHOLE_DIGITS_MAX = 10;

// The same reading as on the server: spaces go, one comma is a point, typographic minus signs are minus signs.
function read(text) {
  const bare = text.replace(/[\s\u00a0\u2009\u202f']/g, "").replace(/[\u2212\u2013\u2010]/g, "-");
  if (/^[+-]?\d{1,3}(,\d{3})+$/.test(bare)) return null;
  const dotted = bare.includes(".") ? bare : bare.replace(",", ".");
  const found = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))$/.exec(dotted);
  if (!found) return null;
  const whole = (found[2] || "0").replace(/^0+(?=\d)/, "");
  const part = (found[3] || found[4] || "").replace(/0+$/, "");
  const isZero = whole === "0" && !part;
  return { sign: isZero ? 0 : found[1] === "-" ? -1 : 1, whole, part };
}

function compareSize(a, b) {
  if (a.whole.length !== b.whole.length) return a.whole.length - b.whole.length;
  if (a.whole !== b.whole) return a.whole < b.whole ? -1 : 1;
  const length = Math.max(a.part.length, b.part.length);
  const [left, right] = [a.part.padEnd(length, "0"), b.part.padEnd(length, "0")];
  return left === right ? 0 : left < right ? -1 : 1;
}

const compare = (a, b) => (a.sign !== b.sign ? a.sign - b.sign : a.sign * compareSize(a, b));

const meets = {
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
  eq: (order) => order === 0,
};

// true, false, or null where there is nothing to say yet.
function judgeNumber(input) {
  const { operator, threshold, decimals } = input.dataset;
  const claim = read(input.value);
  if (!operator || !claim || claim.part.length > Number(decimals) || claim.whole.length > WHOLE_DIGITS_MAX) return null;
  return meets[operator](compare(claim, read(threshold)));
}

function judgeChoice(group) {
  const chosen = group.querySelector("input:checked");
  if (!chosen || !group.dataset.accepted) return null;
  return group.dataset.accepted.split(" ").includes(chosen.value);
}

function tell(place, passes, sentence) {
  const row = place.closest(".req");
  const say = row.querySelector("[data-verdict]");
  const mustHave = row.querySelector("[data-must]") !== null;
  say.hidden = passes === null;
  if (passes === null) return;
  const rest = document.createElement("span");
  rest.textContent = passes || !mustHave ? sentence : `${sentence} ${words.advice}`.trim();
  say.className = `say ${passes ? "good" : mustHave ? "bad" : "warn"}`;
  say.replaceChildren(passes ? words.passes : mustHave ? words.fails : words.below, " ", rest);
}

// The word for the unit follows the whole part of the number, as on the server: one, few, and all others.
const plurals = new Intl.PluralRules(document.documentElement.lang || "en");
function unitAfter(input) {
  const claim = read(input.value);
  const forms = (input.dataset.units || "").split("|");
  const place = ["one", "few"].indexOf(plurals.select(Number(claim ? claim.whole : 0)));
  return forms[place < 0 ? forms.length - 1 : place];
}

function tellNumber(input) {
  const { wanted } = input.dataset;
  const unit = unitAfter(input);
  const claim = `${input.value.trim()}${unit ? `\u00a0${unit}` : ""}`;
  const passes = judgeNumber(input);
  const sentence = words.claim.replace("{claim}", claim).replace("{wanted}", wanted);
  tell(input, passes, sentence);
  const picture = input.closest(".req").querySelector(".pic");
  if (picture) draw(picture, input, passes, sentence);
}

// The bar of the claim, where the server would draw it; none where there is no verdict.
function draw(picture, input, passes, sentence) {
  const { sign, whole, part } = read(input.value) || { sign: 0 };
  const [low, high] = input.dataset.scale.split(" ").map(Number);
  const share = (100 * (sign * Number(`${whole}.${part}`) - low)) / (high - low);
  const old = picture.querySelector(".pic-act, .pic-bad");
  if (old) old.remove();
  if (passes === null) return;
  const bar = document.createElementNS(picture.namespaceURI, "rect");
  const shape = { class: passes ? "pic-act" : "pic-bad", y: 11, height: 8, width: `${Math.min(Math.max(share, 0), 100)}%` };
  Object.entries(shape).forEach(([name, value]) => bar.setAttribute(name, value));
  picture.querySelector(".pic-rule").before(bar);
  picture.setAttribute("aria-label", sentence);
}

if (form) {
  form.querySelectorAll("input[data-operator]").forEach((input) => {
    let waiting = 0;
    input.addEventListener("input", () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => tellNumber(input), 300);
    });
  });
  form.querySelectorAll("fieldset[data-accepted]").forEach((group) => {
    group.addEventListener("change", () => tell(group, judgeChoice(group), ""));
  });
}
