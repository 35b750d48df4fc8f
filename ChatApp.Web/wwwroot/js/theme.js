// @ts-check
// Runs before the first paint, so that nothing flashes: marks that scripts run, and applies the chosen theme.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") {
      root.dataset.theme = theme;
    }
    if (localStorage.getItem("sidebar") === "closed") {
      root.dataset.sidebar = "closed";
    }
  } catch {
    // Storage is disabled: the system's theme stays.
  }
})();
