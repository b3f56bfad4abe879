// A file form that tells how far it is and can be cancelled. Without this script it is a plain form that does the same.

const mega = (bytes) => (bytes / 1000000).toFixed(1);

// Said before a slow line carries what is refused anyway; the server counts for itself.
function isTooLarge(form) {
  const most = Number(form.dataset.most || Infinity);
  return [...form.querySelectorAll("input[type=file]")].some((input) => [...input.files].some((file) => file.size > most));
}

function arm(form) {
  const words = form.dataset;
  const button = form.querySelector("button[type=submit], button:not([type])");
  const bar = document.createElement("progress");
  const text = document.createElement("p");
  const cancel = document.createElement("button");
  bar.max = 100;
  text.className = "file-meta";
  text.setAttribute("role", "status");
  cancel.type = "button";
  cancel.className = "button plain";
  cancel.textContent = words.cancel;

  let told = -1;
  const tell = (percent, loaded, total) => {
    bar.value = percent;
    bar.setAttribute("aria-label", words.percent.replace("{percent}", percent));
    // A screen reader hears each tenth, not each of a hundred steps.
    if (percent - told < 10 && percent < 100) return;
    told = percent;
    const size = total ? ` · ${mega(loaded)} / ${mega(total)} MB` : "";
    text.textContent = percent < 100 ? words.percent.replace("{percent}", percent) + size : words.checking;
  };
  const stop = (sentence) => {
    bar.remove();
    cancel.remove();
    button.disabled = false;
    text.textContent = sentence;
  };

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !form.reportValidity()) {
      event.preventDefault();
      return;
    }
    if (isTooLarge(form)) {
      event.preventDefault();
      form.append(text);
      stop(words.tooLarge);
      return;
    }
    const request = new XMLHttpRequest();
    const fields = new FormData(form);
    event.preventDefault();
    told = -1;
    button.disabled = true;
    form.append(bar, text, cancel);
    tell(0, 0, 0);
    cancel.onclick = () => request.abort();
    request.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) tell(Math.floor((step.loaded / step.total) * 100), step.loaded, step.total);
    });
    request.addEventListener("load", () => show(request));
    request.addEventListener("error", () => stop(words.failed));
    request.addEventListener("timeout", () => stop(words.failed));
    request.addEventListener("abort", () => stop(words.cancelled));
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    request.send(fields);
  });
}

// The answer is a page, already asked for and with its notices in it, so it is shown in place instead of asked for again.
// Scripts inside it do not run; its file forms are armed here.
function show(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.querySelector("main");
  if (!main) {
    window.location.reload();
    return;
  }
  if (request.status < 400) window.history.replaceState(null, "", request.responseURL);
  document.title = page.title;
  document.querySelector("main").replaceWith(main);
  main.querySelectorAll("form[data-upload]").forEach(arm);
  const first = main.querySelector(".errors") || main;
  first.focus();
  first.scrollIntoView();
}

document.querySelectorAll("form[data-upload]").forEach(arm);
