// @ts-check
import { startTimes } from "./helpers/times.js";

startTimes();
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
