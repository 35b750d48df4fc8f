// @ts-check
import { announce, findElement, fromTemplate, parsePage } from "../helpers/dom.js";
import { callApi, fetchPage, retry } from "../models/api.js";
import { GrowingText } from "../models/growing-text.js";
import { MessageList } from "../models/message-list.js";
import { followReply, sendMessage } from "../models/reply-stream.js";
import { ScrollKeeper } from "../models/scroll-keeper.js";
import { takeOverArchived } from "./archived-note.js";
import { introducePersona, showPersonas, takeOverChoices } from "./choices.js";
import { setCurrentSession } from "./sidebar.js";
import { showTools } from "./tools.js";

/** @typedef {{persona: string | undefined, model: string | undefined}} Choices for the replies from now on; undefined: as before */

/** A chat: adds the messages that are sent, and shows replies as they are written. */
export class Conversation {
  #element;
  #messages;
  #list;
  #scroll;
  #updates = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#messages = findElement("#messages", element);
    this.#list = new MessageList(this.#messages);
    this.#scroll = new ScrollKeeper(
      findElement(".scroller", element), findElement(".column", element), findElement(".to-end", element), this.session !== "");
    findElement(".to-end", element).addEventListener("click", () => this.#scroll.toEnd());
  }

  /** The session's id; empty for a new chat. */
  get session() {
    return this.#element.dataset.session ?? "";
  }

  get scroll() {
    return this.#scroll;
  }

  get isGenerating() {
    return this.#list.generating !== null;
  }

  /**
   * Sends a message and shows the reply until it has ended.
   * @param {string} text
   * @param {Choices} choices
   * @param {string} key
   * @param {() => void} accepted called when the server has stored the message
   */
  async send(text, choices, key, accepted) {
    this.#updates++; // one that is under way may bring this message before its id is known here
    introducePersona();
    const [message, reply] = [fromTemplate("user-message"), fromTemplate("assistant-message")];
    findElement("[data-body]", message).textContent = text;
    findElement("time", message).setAttribute("datetime", new Date().toISOString());
    document.getElementById("welcome")?.setAttribute("hidden", "");
    this.#element.querySelector(".blank")?.remove();
    this.#messages.append(message, reply);
    this.#scroll.toEnd();
    let isAccepted = false;
    try {
      await this.#open(choices.persona, key);
      const sent = await sendMessage(this.session, { content: text, ...choices }, key);
      isAccepted = true;
      identify(message, sent.id);
      identify(reply, sent.reply.id);
      accepted();
      await this.#follow(reply);
    } finally {
      if (!isAccepted) {
        message.remove();
        reply.remove();
        document.getElementById("welcome")?.removeAttribute("hidden");
      }
    }
  }

  /** Follows the reply that is being written, if there is one. */
  async follow() {
    const reply = this.#list.generating;
    if (reply) {
      await this.#follow(reply);
    }
  }

  /** Fetches what has changed: what this tab does not have yet, and what other tabs and devices have done. */
  async update() {
    if (!this.session) {
      return;
    }
    const update = ++this.#updates;
    let part = await this.#fetch(this.#list.settled);
    if (!this.#list.joins(part)) {
      part = await this.#fetch(0);
    }
    if (update !== this.#updates) {
      return; // a later one has what this one has
    }
    takeOverChoices(part);
    takeOverArchived(part);
    if (this.#list.joins(part)) {
      this.#list.take(part);
    } else {
      this.#list.replace(part);
      this.#element.querySelector("a[data-older]")?.remove();
      this.#messages.before(findElement("a[data-older]", part));
    }
    if (this.#messages.childElementCount > 0) {
      this.#element.querySelector(".blank")?.remove();
    }
  }

  /**
   * The newest messages, in full after a position.
   * @param {number} after
   */
  async #fetch(after) {
    return parsePage(await fetchPage(`/chat-ui/${this.session}/messages?after=${after}`));
  }

  /**
   * @param {string | undefined} persona
   * @param {string} key
   */
  async #open(persona, key) {
    if (this.session) {
      return;
    }
    const session = await (await callApi("POST", "/chat/sessions", persona ? { persona } : {}, { "Idempotency-Key": `session-${key}` })).json();
    this.#element.dataset.session = session.id;
    setCurrentSession(session.id);
    history.replaceState(null, "", `/chat-ui/${session.id}`);
    findElement("[data-persona]", this.#element).hidden = false;
    showPersonas(session.persona);
  }

  /** @param {HTMLElement} reply */
  async #follow(reply) {
    const id = reply.dataset.message ?? "";
    const text = new GrowingText(findElement("[data-body]", reply));
    this.#messages.setAttribute("aria-busy", "true");
    announce("Writing a reply.");
    showTools(id);
    try {
      for await (const piece of followReply(id, () => isGenerating(id))) {
        findElement("[data-writing-text]", reply).textContent = "Writing…";
        text.append(piece);
      }
      await retry(() => this.update()); // brings the reply as the server has stored and rendered it
      const isComplete = document.getElementById(`m-${id}`)?.dataset.status === "complete";
      announce(isComplete ? "Reply finished." : "Reply ended early.");
    } finally {
      text.close();
      this.#messages.setAttribute("aria-busy", "false");
    }
  }
}

/**
 * Whether the server still has a reply as being written.
 * @param {string} id
 */
async function isGenerating(id) {
  const page = await retry(() => fetchPage(`/chat-ui/messages/${id}`));
  return findElement(".message", parsePage(page)).dataset.status === "generating";
}

/**
 * Gives a new message the id that the server knows it by.
 * @param {HTMLElement} message
 * @param {string} id
 */
function identify(message, id) {
  message.id = `m-${id}`;
  message.dataset.message = id;
}
