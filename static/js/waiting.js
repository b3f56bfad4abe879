// After the deadline: what this person typed in this browser and was never saved.

const place = document.querySelector("[data-waiting]");
const SHELF = "idc-draft ";

function entries() {
  const start = `${SHELF}${place.dataset.person} ${place.dataset.waiting} `;
  try {
    const keys = Object.keys(window.localStorage).filter((key) => key.startsWith(start));
    return keys.map((key) => [key.slice(start.length), JSON.parse(window.localStorage.getItem(key))]);
  } catch {
    return [];
  }
}

function row([name, { title, text, told }]) {
  const [made, term, value] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
  term.textContent = title || name;
  value.textContent = told || text;
  made.append(term, value);
  return made;
}

if (place) {
  const rows = entries().map(row);
  place.querySelector("dl").append(...rows);
  place.hidden = !rows.length;
}
