// @ts-check
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { startOlderMessages } from "./older-messages.js";

export function startConversation() {
  const [element, form] = [document.getElementById("conversation"), document.getElementById("composer")];
  if (!element || !(form instanceof HTMLFormElement)) {
    return;
  }
  const conversation = new Conversation(element);
  const composer = new Composer(form, conversation);
  startOlderMessages(conversation);
  void composer.while(() => conversation.follow());
}
