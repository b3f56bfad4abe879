// Tells how far a version is read back, and goes on when it is frozen. Without this script the page loads itself again.

const place = document.querySelector("[data-staging]");
const told = place.querySelector("[data-told] b");
const bar = place.querySelector("progress");
const lying = place.querySelector("[data-lying]");
const SECOND = 1000;
const LONGEST = 8 * SECOND;

let wait = SECOND;

async function ask() {
  const answer = await fetch(place.dataset.staging, { cache: "no-store", headers: { Accept: "application/json" } });
  // A session that ended, or a page that is gone: the whole page says what is the matter.
  if (!answer.ok || answer.redirected) window.location.reload();
  return answer.json();
}

function show(job) {
  if (told.textContent !== job.told) told.textContent = job.told;
  bar.max = job.most;
  bar.value = job.done;
  bar.setAttribute("aria-label", job.told);
}

async function look() {
  try {
    const job = await ask();
    wait = SECOND;
    if (job.next) {
      window.location.replace(job.next);
      return;
    }
    show(job);
    // Nobody works at it: this request does, and the page waits.
    if (job.is_left_lying) {
      lying.requestSubmit();
      return;
    }
  } catch {
    // The line is broken; the job goes on without it.
    wait = Math.min(wait * 2, LONGEST);
  }
  window.setTimeout(look, wait);
}

window.setTimeout(look, wait);
