// @ts-check

const THEME = "theme";

/** Lets the reader choose the light, the dark or the system's theme. */
export function startThemeChoice() {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-theme-choice]"));
  const show = () => buttons.forEach(button =>
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (document.documentElement.dataset.theme ?? "system"))));
  buttons.forEach(button => button.addEventListener("click", () => {
    choose(button.dataset.themeChoice ?? "system");
    show();
  }));
  show();
}

/** @param {string} theme */
function choose(theme) {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(THEME);
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(THEME, theme);
  }
}
