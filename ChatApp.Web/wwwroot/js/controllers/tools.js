// @ts-check
import { onAction } from "../helpers/actions.js";
import { announce, findElement, parsePage } from "../helpers/dom.js";
import { ApiError, callApi, fetchPage, retry } from "../models/api.js";
import { hasTools, onFeedTools } from "../models/feed.js";
import { showToast } from "./toasts.js";

/** Shows tool calls as they run, and sends what the user decides about those that need permission. */
export function startTools() {
  onFeedTools(id => void update(id));
  onAction("decide-tool", (button, event) => {
    event.preventDefault();
    void decide(/** @type {HTMLButtonElement} */ (button));
  });
}

/**
 * Shows the tool calls of a reply that was not on the page yet when the feed told of them.
 * @param {string} id
 */
export function showTools(id) {
  if (hasTools(id)) {
    void update(id);
  }
}

/**
 * Shows the current tool calls of a reply.
 * @param {string} id
 */
async function update(id) {
  const shown = document.querySelector(`[data-message="${CSS.escape(id)}"][data-status="generating"] [data-tools]`);
  if (!(shown instanceof HTMLElement)) {
    return;
  }
  const fresh = findElement("[data-tools]", parsePage(await retry(() => fetchPage(`/chat-ui/messages/${id}/tools`))));
  for (const call of fresh.querySelectorAll("details")) {
    const before = shown.querySelector(`[data-call="${call.dataset.call}"]`);
    if (before?.className === call.className) {
      call.replaceWith(before); // unchanged: it stays open and focused if it is
    }
  }
  shown.replaceChildren(...fresh.children);
  if (shown.querySelector(".asking")) {
    announce("The assistant needs your permission to use a tool.");
  }
}

/** @param {HTMLButtonElement} chosen */
async function decide(chosen) {
  const buttons = [...findElement(".tool-choice", /** @type {HTMLElement} */ (chosen.closest(".tool"))).querySelectorAll("button")];
  buttons.forEach(button => button.disabled = true);
  try {
    await callApi("POST", new URL(chosen.formAction).pathname.replace("/chat-ui/", "/chat/"), { decision: chosen.value });
  } catch (error) {
    buttons.forEach(button => button.disabled = false);
    showToast(error instanceof ApiError ? error.message : "Could not send your decision. Try again.");
  }
}
