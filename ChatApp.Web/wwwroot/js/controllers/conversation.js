// @ts-check
import { announce, find, fromTemplate, parsePage } from "../helpers/dom.js";
import { localizeTimes } from "../helpers/times.js";
import { callApi, fetchPage } from "../models/api.js";
import { GrowingText } from "../models/growing-text.js";
import { ReplyStream } from "../models/reply-stream.js";
import { ScrollKeeper } from "../models/scroll-keeper.js";
import { startCodeBlocks } from "./code-blocks.js";
import { refreshSidebar, setCurrentSession } from "./sidebar.js";

/** The list of messages: adds those that are sent and shows their answers as they are written. */
export class Conversation {
  #element;
  #messages;
  #scroll;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#messages = find("#messages", element);
    this.#scroll = new ScrollKeeper(find(".scroller", element), find(".column", element), find(".to-end", element), this.session !== "");
    find(".to-end", element).addEventListener("click", () => this.#scroll.toEnd());
  }

  get session() {
    return this.#element.dataset.session ?? "";
  }

  get scroll() {
    return this.#scroll;
  }

  /**
   * Sends a message and shows the answer until it has ended.
   * @param {string} text
   * @param {string | undefined} persona who answers in a new session
   * @param {string} key
   * @param {() => void} accepted called when the server has stored the message
   */
  async send(text, persona, key, accepted) {
    introducePersona();
    const [message, reply] = [fromTemplate("user-message"), fromTemplate("assistant-message")];
    find("[data-body]", message).textContent = text;
    find("time", message).setAttribute("datetime", new Date().toISOString());
    localizeTimes(message);
    document.getElementById("welcome")?.setAttribute("hidden", "");
    this.#element.querySelector(".blank")?.remove();
    this.#messages.append(message, reply);
    this.#scroll.toEnd();
    let isAccepted = false;
    try {
      await this.#open(persona);
      await this.#show(ReplyStream.send(this.session, text, key), reply, start => {
        isAccepted = true;
        name(message, start.user_message_id ?? "");
        accepted();
        void refreshSidebar();
      });
    } finally {
      if (!isAccepted) {
        message.remove();
        reply.remove();
        document.getElementById("welcome")?.removeAttribute("hidden");
      }
    }
  }

  /** Follows the answer that was being written when the page was made, if there is one. */
  async follow() {
    const reply = this.#messages.querySelector('[data-status="generating"]');
    if (reply instanceof HTMLElement && reply.dataset.message) {
      await this.#show(ReplyStream.follow(reply.dataset.message), reply, () => {});
    }
  }

  /** @param {string | undefined} persona */
  async #open(persona) {
    if (this.session) {
      return;
    }
    const session = await (await callApi("POST", "/chat/sessions", persona ? { persona } : {})).json();
    this.#element.dataset.session = session.id;
    setCurrentSession(session.id);
    history.replaceState(null, "", `/chat-ui/${session.id}`);
    find("[data-persona]", this.#element).hidden = false;
  }

  /**
   * @param {ReplyStream} stream
   * @param {HTMLElement} reply
   * @param {(start: import("../models/reply-stream.js").ReplyEvent) => void} started
   */
  async #show(stream, reply, started) {
    const text = new GrowingText(find("[data-body]", reply));
    this.#messages.setAttribute("aria-busy", "true");
    try {
      for await (const event of stream.events()) {
        if (event.type === "start") {
          name(reply, event.message_id ?? "");
          announce("The answer is being written.");
          started(event);
        } else if (event.type === "token") {
          text.append(event.content ?? "");
        } else if (event.type === "status") {
          find("[data-writing-text]", reply).textContent = event.content ?? "";
        }
      }
      await this.#finish(reply, text);
    } finally {
      text.close();
      this.#messages.setAttribute("aria-busy", "false");
    }
  }

  /**
   * Puts the server's version in the place of the one that has grown here.
   * @param {HTMLElement} reply
   * @param {GrowingText} text
   */
  async #finish(reply, text) {
    const stored = parsePage(await fetchPage(`/chat-ui/messages/${reply.dataset.message}`)).querySelector(".message");
    if (stored instanceof HTMLElement) {
      text.close();
      localizeTimes(stored);
      reply.replaceWith(stored);
      await startCodeBlocks(stored);
      announce(stored.dataset.status === "complete" ? "The answer is finished." : "The answer has ended early.");
    }
    void refreshSidebar();
  }
}

/** Whoever was chosen on the welcome speaks from now on. */
function introducePersona() {
  const name = document.querySelector("#welcome:not([hidden]) .persona:has(:checked) strong")?.textContent;
  if (name) {
    find("[data-persona]").textContent = name;
    const template = /** @type {HTMLTemplateElement} */ (find("#assistant-message")).content;
    find(".message", template).setAttribute("aria-label", name);
    find(".speaker span", template).textContent = name;
  }
}

/**
 * Gives a new message the identity that the server knows it by.
 * @param {HTMLElement} message
 * @param {string} id
 */
function name(message, id) {
  message.id = `m-${id}`;
  message.dataset.message = id;
}
