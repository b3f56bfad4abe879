// Going to another proposal saves the sheet first, where something was typed that is not saved yet.

const form = document.querySelector("form[data-keep]");

if (form) {
  let isChanged = false;
  form.addEventListener("input", () => {
    isChanged = true;
  });
  const saveAndGo = (selector, where) => {
    const link = document.querySelector(selector);
    const button = form.querySelector(`button[name=go][value=${where}]`);
    if (!link || !button) return;
    link.addEventListener("click", (event) => {
      if (!isChanged || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      form.requestSubmit(button);
    });
  };
  saveAndGo("a[data-previous]", "previous");
  saveAndGo("a[data-next]", "next");
}
