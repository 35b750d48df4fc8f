// @ts-check
import { announce, find, fromTemplate, parsePage } from "../helpers/dom.js";
import { localizeTimes } from "../helpers/times.js";
import { callApi, fetchPage, keepTrying } from "../models/api.js";
import { GrowingText } from "../models/growing-text.js";
import { followReply, sendMessage } from "../models/reply-stream.js";
import { ScrollKeeper } from "../models/scroll-keeper.js";
import { startCodeBlocks } from "./code-blocks.js";
import { setCurrentSession } from "./sidebar.js";
import { showTools } from "./tools.js";

/** @typedef {{persona: string | undefined, model: string | undefined}} Choices who answers from now on; undefined leaves it */

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
   * @param {Choices} choices
   * @param {string} key
   * @param {() => void} accepted called when the server has stored the message
   */
  async send(text, choices, key, accepted) {
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
      await this.#open(choices.persona, key);
      const sent = await sendMessage(this.session, { content: text, ...choices }, key);
      isAccepted = true;
      name(message, sent.id);
      name(reply, sent.reply.id);
      accepted();
      await this.#show(reply);
    } finally {
      if (!isAccepted) {
        message.remove();
        reply.remove();
        document.getElementById("welcome")?.removeAttribute("hidden");
      }
    }
  }

  get isGenerating() {
    return this.#generating() !== null;
  }

  /** Follows the answer that is being written, if there is one. */
  async follow() {
    const reply = this.#generating();
    if (reply) {
      await this.#show(reply);
    }
  }

  #generating() {
    const reply = this.#messages.querySelector('[data-status="generating"][data-message]');
    return reply instanceof HTMLElement ? reply : null;
  }

  /** Takes over what other tabs and devices have changed. */
  async update() {
    if (!this.session || this.#element.querySelector('[data-is-older="true"]')) {
      return;
    }
    const page = parsePage(await fetchPage(`/chat-ui/${this.session}`));
    takeOverChoices(page);
    const stored = [...page.querySelectorAll("#messages > .message")];
    const shown = new Map([...this.#messages.children].map(m => [m instanceof HTMLElement ? m.dataset.message : "", m]));
    const first = stored.findIndex(m => m instanceof HTMLElement && shown.has(m.dataset.message));
    const wanted = new Set(stored.map(m => m instanceof HTMLElement ? m.dataset.message : ""));
    for (const message of stored.slice(Math.max(first, 0))) {
      const present = message instanceof HTMLElement ? shown.get(message.dataset.message) : undefined;
      if (!present) {
        localizeTimes(message);
        this.#messages.append(message);
        void startCodeBlocks(message);
      }
    }
    // Deleted elsewhere: what stands among the newest messages and is not stored any more.
    const oldest = first < 0 ? null : stored[first];
    let isRecent = false;
    for (const message of [...this.#messages.children]) {
      isRecent ||= oldest instanceof HTMLElement && message instanceof HTMLElement && message.dataset.message === oldest.dataset.message;
      if (isRecent && message instanceof HTMLElement && message.dataset.message && !wanted.has(message.dataset.message)) {
        message.remove();
      }
    }
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
    find("[data-persona]", this.#element).hidden = false;
    bringInPersonas(session.persona);
  }

  /** @param {HTMLElement} reply */
  async #show(reply) {
    const text = new GrowingText(find("[data-body]", reply));
    this.#messages.setAttribute("aria-busy", "true");
    announce("The answer is being written.");
    showTools(reply.dataset.message ?? "");
    try {
      for await (const piece of followReply(reply.dataset.message ?? "", async () => (await stored(reply)).dataset.status === "generating")) {
        text.append(piece);
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
    const whole = await stored(reply);
    text.close();
    localizeTimes(whole);
    reply.replaceWith(whole);
    await startCodeBlocks(whole);
    announce(whole.dataset.status === "complete" ? "The answer is finished." : "The answer has ended early.");
  }
}

/** Whoever was chosen, on the welcome or below the message, speaks from now on. */
function introducePersona() {
  const chosen = document.querySelector("#welcome:not([hidden]) .persona:has(:checked) strong, #persona:enabled > :checked");
  const name = chosen?.textContent;
  if (name) {
    find("[data-persona]").textContent = name;
    const template = /** @type {HTMLTemplateElement} */ (find("#assistant-message")).content;
    find(".message", template).setAttribute("aria-label", name);
    find(".speaker span", template).textContent = name;
  }
}

/**
 * What the welcome has offered can be chosen below the message from now on.
 * @param {string} persona
 */
function bringInPersonas(persona) {
  const select = document.getElementById("persona");
  if (select instanceof HTMLSelectElement) {
    Object.assign(select, { value: persona, hidden: false, disabled: false });
  }
}

/**
 * Shows who was chosen elsewhere, unless somebody is choosing here.
 * @param {ParentNode} page
 */
function takeOverChoices(page) {
  const [mine, theirs] = [document.querySelector(".choices"), page.querySelector(".choices")];
  if (mine && theirs && !mine.matches(":focus-within, :has([data-is-changed])")) {
    mine.replaceWith(theirs);
    introducePersona();
  }
}

/**
 * A message as the server shows it now.
 * @param {HTMLElement} message
 */
async function stored(message) {
  const page = await keepTrying(() => fetchPage(`/chat-ui/messages/${message.dataset.message}`));
  return find(".message", parsePage(page));
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
