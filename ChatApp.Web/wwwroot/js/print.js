// @ts-check
import { localizeTimes } from "./helpers/times.js";

localizeTimes(document);
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
