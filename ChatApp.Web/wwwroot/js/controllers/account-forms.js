// @ts-check
import { onConnect } from "../helpers/connect.js";
import { Draft } from "../models/drafts.js";

/** Adds buttons that show passwords, and forgets drafts on sign-out. */
export function startAccountForms() {
  onConnect('input[type="password"]', (/** @type {HTMLInputElement} */ input) => addShowButton(input));
  onConnect("form[data-logout]", form => form.addEventListener("submit", () => Draft.forgetAll()));
}

/** @param {HTMLInputElement} input */
function addShowButton(input) {
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
