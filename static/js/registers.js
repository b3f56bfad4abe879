// Beside the number stands how it looks in the register that is chosen; a country brings its own register with it.

const ANYWHERE = "XI";
const country = document.getElementById("id_country");
const register = document.getElementById("id_register_scheme");
const hint = document.getElementById("id_register_number-hint");

if (country && register && hint) {
  const general = hint.textContent;
  const chosen = () => register.selectedOptions[0]?.dataset ?? {};
  const serving = (place) => [...register.options].find((option) => option.dataset.country === place);
  const tell = () => {
    hint.textContent = chosen().hint || general;
  };
  // What the person chose stays as long as it serves the country; what the script chose follows the country.
  let byHand = Boolean(register.value);
  country.addEventListener("change", () => {
    if (!country.value || (byHand && [country.value, ANYWHERE].includes(chosen().country))) return;
    register.value = (serving(country.value) ?? serving(ANYWHERE)).value;
    byHand = false;
    tell();
  });
  register.addEventListener("change", () => {
    byHand = Boolean(register.value);
    tell();
  });
  tell();
}
