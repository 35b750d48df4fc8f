// @ts-check
// Runs before the page is drawn, so that nothing flashes: says that scripts run, and applies what the reader has chosen.
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
    // Storage is switched off: the system's theme it is.
  }
})();
