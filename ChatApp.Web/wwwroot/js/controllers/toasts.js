// @ts-check
import { onConnect } from "../helpers/connect.js";
import { findElement } from "../helpers/dom.js";

const SHOWN_FOR = 8000;

/** Removes toasts after a while, also those that came with the page. */
export function startToasts() {
  onConnect(".toast", removeLater);
}

/**
 * Shows what was done, with an offer such as undoing it.
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
  findElement("#toasts").replaceChildren(toast);
}

/** @param {HTMLElement} toast */
function removeLater(toast) {
  // Not under the pointer or the focus: somebody may be about to press its button.
  const removeOrWait = () => toast.matches(":hover, :focus-within") ? setTimeout(removeOrWait, 1000) : toast.remove();
  setTimeout(removeOrWait, SHOWN_FOR);
}
