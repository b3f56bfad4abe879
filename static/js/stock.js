// The stock admin draws search marks that have a label but no role; a label without a role is not read.
window.addEventListener("load", () => {
  document.querySelectorAll(".search-label-icon[aria-label]").forEach((mark) => mark.setAttribute("role", "img"));
});
