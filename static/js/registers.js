// Beside the number stands how it looks in the register that is chosen; a country brings its own register with it.

const ANYWHERE = "XI";
const country = document.getElementById("id_country");
const register = document.getElementById("id_register_scheme");
const hint = document.getElementById("id_register_number-hint");

if (country && register && hint) {
  const general = hint.textContent;
  const chosen = () => register.selectedOptions[0]?.dataset ?? {};
  const tell = () => {
    hint.textContent = chosen().hint || general;
  };
  country.addEventListener("change", () => {
    // A register that serves this country was chosen on purpose.
    if (!country.value || [country.value, ANYWHERE].includes(chosen().country)) return;
    const serving = (place) => [...register.options].find((option) => option.dataset.country === place);
    register.value = (serving(country.value) ?? serving(ANYWHERE)).value;
    tell();
  });
  register.addEventListener("change", tell);
  tell();
}
