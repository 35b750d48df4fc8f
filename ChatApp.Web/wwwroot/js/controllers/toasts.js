// @ts-check
import { find } from "../helpers/dom.js";

const SHOWN_FOR = 8000;

/** Lets those toasts go that came with the page, too. */
export function startToasts() {
  document.querySelectorAll(".toast").forEach(toast => letGo(/** @type {HTMLElement} */ (toast)));
}

/**
 * Tells what was done, and offers the way back.
 * @param {string} text
 * @param {{label: string, run: () => void}} [offer]
 */
export function showToast(text, offer) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.append(Object.assign(document.createElement("span"), { textContent: text, dir: "auto" }));
  if (offer) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: offer.label });
    button.addEventListener("click", () => {
      toast.remove();
      offer.run();
    });
    toast.append(button);
  }
  find("#toasts").replaceChildren(toast);
  letGo(toast);
}

/** @param {HTMLElement} toast */
function letGo(toast) {
  // Nobody is to lose the button that they are about to press.
  const goOrWait = () => toast.matches(":hover, :focus-within") ? setTimeout(goOrWait, 1000) : toast.remove();
  setTimeout(goOrWait, SHOWN_FOR);
}
