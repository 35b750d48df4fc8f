// @ts-check
import { onAction } from "../helpers/actions.js";
import { copy } from "../helpers/clipboard.js";
import { announce, findElement } from "../helpers/dom.js";
import { fetchPage } from "../models/api.js";
import { showToast } from "./toasts.js";

/** Copies the Markdown of messages, and code. */
export function startCopying() {
  onAction("copy-message", button => {
    const message = /** @type {HTMLElement} */ (button.closest("[data-message]"));
    const isReply = message.classList.contains("assistant");
    const text = isReply
      ? fetchPage(`/chat-ui/messages/${message.dataset.message}/source`)
      : Promise.resolve(findElement("[data-body]", message).textContent ?? "");
    void copyAndTell(button, text);
  });
  document.addEventListener("click", event => {
    const button = event.target instanceof Element ? event.target.closest("[data-copy-code]") : null;
    if (button instanceof HTMLElement) {
      const code = button.closest(".code")?.querySelector("code")?.textContent ?? "";
      void copyAndTell(button, Promise.resolve(code));
    }
  });
}

/**
 * @param {HTMLElement} button
 * @param {Promise<string>} text
 */
async function copyAndTell(button, text) {
  try {
    await copy(text);
  } catch {
    showToast("Could not copy.");
    return;
  }
  announce("Copied.");
  const before = [...button.childNodes];
  button.replaceChildren("Copied");
  button.classList.add("done");
  setTimeout(() => {
    button.replaceChildren(...before);
    button.classList.remove("done");
  }, 1600);
}
