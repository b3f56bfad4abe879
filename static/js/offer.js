// Rows for partners without loading the page again, and totals that follow what was saved. The page holds spare empty
// rows that are hidden, so that every row saves itself like any other field. Without this script the buttons do it all.

const place = document.querySelector("[data-partners]");
const adder = document.querySelector("[data-add-partner]");
const totals = document.querySelector("[data-totals]");
const bar = document.querySelector("[data-autosave]");

const rows = () => [...place.querySelectorAll("[data-partner]")];
const controls = (row) => [...row.querySelectorAll("input, select")];

function empty(row) {
  controls(row).forEach((control) => {
    control.value = "";
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// There is nothing to remove where the only row is empty.
function recount() {
  const shown = rows().filter((row) => !row.hidden);
  shown.forEach((row, index) => {
    const told = (text) => text.replace("{number}", index + 1);
    const button = row.querySelector("button");
    row.querySelector("legend").textContent = told(place.dataset.title);
    button.textContent = told(place.dataset.remove);
    button.parentElement.hidden = shown.length === 1 && controls(row).every((control) => !control.value);
  });
}

function add(event) {
  const spare = rows().find((row) => row.hidden);
  if (!spare) return;
  event.preventDefault();
  spare.hidden = false;
  place.append(spare);
  recount();
  controls(spare)[0].focus();
}

function remove(event) {
  const button = event.target.closest("button[name=remove]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("[data-partner]");
  const shown = rows().filter((one) => !one.hidden);
  const next = shown[shown.indexOf(row) + 1] || shown[shown.indexOf(row) - 1];
  empty(row);
  row.hidden = true;
  recount();
  const goal = next ? controls(next)[0] : adder;
  if (goal) goal.focus();
}

// Two saves may follow each other closely: only the answer to the last question is shown.
let asked = 0;

async function refresh() {
  const mine = ++asked;
  try {
    const answer = await window.fetch(totals.dataset.totals, { headers: { Accept: "text/html" } });
    const part = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    if (answer.ok && mine === asked) totals.replaceChildren(...part.body.childNodes);
  } catch {
    // The line is down: the totals stay as they are until the next save.
  }
}

if (place) {
  place.addEventListener("click", remove);
  place.addEventListener("input", recount);
  if (adder) adder.addEventListener("click", add);
}

if (totals && bar) bar.closest("form").addEventListener("saved", refresh);
