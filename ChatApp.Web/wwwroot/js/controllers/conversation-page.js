// @ts-check
import { onAction } from "../helpers/actions.js";
import { find } from "../helpers/dom.js";
import { callApi } from "../models/api.js";
import { onFeedState } from "../models/feed.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { startOlderMessages } from "./older-messages.js";
import { onActivity } from "./sidebar.js";

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

  // What another tab or device does in this session.
  const update = async () => {
    if (!composer.isBusy) {
      await conversation.update().catch(() => {}); // away for a moment, or deleted: the page stays as it was
    }
    if (!composer.isBusy && conversation.isGenerating) {
      await composer.while(() => conversation.follow());
    }
  };
  onFeedState(({ generating }) => void (generating.some(g => g.session_id === conversation.session) && update()));
  onActivity(session => void (session === conversation.session && update()));

  onAction("stop", async (button, event) => {
    event.preventDefault();
    const stop = /** @type {HTMLButtonElement} */ (button);
    stop.disabled = true;
    try {
      await callApi("POST", "/api/interrupt", { session_id: conversation.session });
    } finally {
      stop.disabled = false;
      find("textarea", form).focus();
    }
  });
}
