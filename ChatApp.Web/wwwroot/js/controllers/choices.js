// @ts-check
import { findElement } from "../helpers/dom.js";

/** Shows the persona that was chosen, on the welcome or below the message, as the one that writes replies from now on. */
export function introducePersona() {
  const chosen = document.querySelector("#welcome:not([hidden]) .persona:has(:checked) strong, #persona:enabled > :checked");
  const speaker = chosen?.textContent;
  if (speaker) {
    findElement("[data-persona]").textContent = speaker;
    const template = /** @type {HTMLTemplateElement} */ (findElement("#assistant-message")).content;
    findElement(".message", template).setAttribute("aria-label", speaker);
    findElement(".speaker span", template).textContent = speaker;
  }
}

/**
 * Offers the personas below the message, once the welcome that offered them is gone.
 * @param {string} persona the chosen one
 */
export function showPersonas(persona) {
  const select = document.getElementById("persona");
  if (select instanceof HTMLSelectElement) {
    Object.assign(select, { value: persona, hidden: false, disabled: false });
  }
}

/**
 * Shows what was chosen in another tab or on another device, unless somebody is choosing here.
 * @param {ParentNode} part
 */
export function takeOverChoices(part) {
  const [mine, theirs] = [document.querySelector(".choices"), part.querySelector(".choices")];
  if (mine && theirs && !mine.matches(":focus-within, :has([data-is-changed])") && !mine.isEqualNode(theirs)) {
    mine.replaceWith(theirs);
    introducePersona();
  }
}
