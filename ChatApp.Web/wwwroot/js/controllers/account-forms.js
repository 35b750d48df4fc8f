// @ts-check
import { Draft } from "../models/drafts.js";

/** What makes the forms of accounts easier to fill in. */
export function startAccountForms(root = /** @type {ParentNode} */ (document)) {
  root.querySelectorAll('input[type="password"]').forEach(input => addEye(/** @type {HTMLInputElement} */ (input)));
  document.querySelector("form[data-logout]")?.addEventListener("submit", () => Draft.forgetAll());
}

/**
 * Puts a button that shows the password beside its field.
 * @param {HTMLInputElement} input
 */
function addEye(input) {
  const frame = Object.assign(document.createElement("div"), { className: "password" });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Show" });
  const label = input.labels?.[0]?.textContent ?? "password";
  button.setAttribute("aria-label", `Show: ${label}`);
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.textContent = isShown ? "Show" : "Hide";
    button.setAttribute("aria-pressed", String(!isShown));
  });
  const hadFocus = document.activeElement === input;
  input.replaceWith(frame);
  frame.append(input, button);
  if (hadFocus) {
    input.focus();
  }
}
