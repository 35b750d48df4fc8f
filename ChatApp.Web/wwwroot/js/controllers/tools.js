// @ts-check
import { onAction } from "../helpers/actions.js";
import { announce, find, parsePage } from "../helpers/dom.js";
import { ApiError, callApi, fetchPage, keepTrying } from "../models/api.js";
import { hasTools, onFeedTools } from "../models/feed.js";
import { showToast } from "./toasts.js";

/** Shows what the assistant does with its tools while it does it, and passes on what the user says to it. */
export function startTools() {
  onFeedTools(id => void update(id));
  onAction("decide-tool", (button, event) => {
    event.preventDefault();
    void decide(/** @type {HTMLButtonElement} */ (button));
  });
}

/**
 * Shows the calls of an answer that was not on the page yet when they were heard of.
 * @param {string} id
 */
export function showTools(id) {
  if (hasTools(id)) {
    void update(id);
  }
}

/**
 * Shows the calls of an answer as the server knows them now.
 * @param {string} id
 */
async function update(id) {
  const shown = document.querySelector(`[data-message="${CSS.escape(id)}"][data-status="generating"] [data-tools]`);
  if (!(shown instanceof HTMLElement)) {
    return;
  }
  const fresh = find("[data-tools]", parsePage(await keepTrying(() => fetchPage(`/chat-ui/messages/${id}/tools`))));
  for (const call of fresh.querySelectorAll("details")) {
    const before = shown.querySelector(`[data-call="${call.dataset.call}"]`);
    if (before?.className === call.className) {
      call.replaceWith(before); // nothing has changed: what is open or has the focus stays so
    }
  }
  shown.replaceChildren(...fresh.children);
  if (shown.querySelector(".asking")) {
    announce("The assistant asks for permission to use a tool.");
  }
}

/** @param {HTMLButtonElement} chosen */
async function decide(chosen) {
  const buttons = [...find(".tool-choice", /** @type {HTMLElement} */ (chosen.closest(".tool"))).querySelectorAll("button")];
  buttons.forEach(button => button.disabled = true);
  try {
    await callApi("POST", new URL(chosen.formAction).pathname.replace("/chat-ui/", "/chat/"), { decision: chosen.value });
  } catch (error) {
    buttons.forEach(button => button.disabled = false);
    showToast(error instanceof ApiError ? error.message : "The decision could not be sent. Try again.");
  }
}
