// @ts-check
import { onAction } from "../helpers/actions.js";
import { findElement } from "../helpers/dom.js";
import { callApi } from "../models/api.js";
import { concerns, onFeedState } from "../models/feed.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { startOlderMessages } from "./older-messages.js";

/** Starts the page of a chat, unless it shows only older messages. */
export function startConversation() {
  const [element, form] = [document.getElementById("conversation"), document.getElementById("composer")];
  if (!element || !(form instanceof HTMLFormElement)) {
    return;
  }
  const conversation = new Conversation(element);
  const composer = new Composer(form, conversation);
  startOlderMessages(conversation);
  if (conversation.isGenerating) {
    void composer.while(() => conversation.follow());
  }

  // What another tab or device does in this chat. While a reply is followed here, its end fetches all of that.
  const update = async () => {
    if (!composer.isBusy) {
      await conversation.update().catch(() => {}); // deleted or unreachable: sending will say so
    }
    if (!composer.isBusy && conversation.isGenerating) {
      await composer.while(() => conversation.follow());
    }
  };
  onFeedState(state => void (concerns(state, conversation.session) && update()));

  onAction("stop", async (button, event) => {
    event.preventDefault();
    const stopButton = /** @type {HTMLButtonElement} */ (button);
    stopButton.disabled = true;
    try {
      await callApi("POST", "/api/interrupt", { session_id: conversation.session });
    } finally {
      stopButton.disabled = false;
      findElement("textarea", form).focus();
    }
  });
}
