// @ts-check
import { findElement } from "../helpers/dom.js";
import { ApiError, SignedOutError } from "../models/api.js";
import { Draft } from "../models/drafts.js";
import { signInAgain } from "./sign-in-dialog.js";

/** The share of the maximum length from which the characters left are shown. */
const COUNT_FROM = 0.9;
const HAS_KEYBOARD = matchMedia("(pointer: fine)");

/** The form for messages. */
export class Composer {
  #form;
  #conversation;
  #text;
  #max;
  #isBusy = false;
  /** The text that was last sent, and the key that makes it harmless to send it again. */
  #attempt = { text: "", key: "" };

  /**
   * @param {HTMLFormElement} form
   * @param {import("./conversation.js").Conversation} conversation
   */
  constructor(form, conversation) {
    this.#form = form;
    this.#conversation = conversation;
    this.#text = /** @type {HTMLTextAreaElement} */ (findElement("textarea", form));
    this.#max = Number(form.dataset.max);
    this.#text.disabled = false; // the next message can be written while a reply is
    this.#text.value ||= this.#draft.text;
    form.noValidate = true;
    form.addEventListener("submit", event => this.#submit(event));
    this.#text.addEventListener("input", () => this.#changed());
    form.addEventListener("change", event => event.target instanceof HTMLSelectElement && event.target.setAttribute("data-is-changed", ""));
    this.#text.addEventListener("keydown", event => this.#keyDown(event));
    this.#changed();
    // On a phone the keyboard would cover the page.
    if (HAS_KEYBOARD.matches && location.hash === "") {
      this.#text.focus({ preventScroll: true });
    }
  }

  /** Whether a message is being sent or a reply written. */
  get isBusy() {
    return this.#isBusy;
  }

  get #draft() {
    return new Draft(document.body.dataset.user ?? "", this.#conversation.session);
  }

  /**
   * Locks the form while something is done.
   * @param {() => Promise<void>} work
   */
  async while(work) {
    this.#setBusy(true);
    try {
      await work();
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#setBusy(false);
    }
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    // In an input method Enter chooses a word, which Safari shows only by the key code. On a phone Enter is a new line.
    const composes = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composes && HAS_KEYBOARD.matches) {
      event.preventDefault();
      this.#form.requestSubmit();
    }
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    if (event.submitter?.hasAttribute("formaction")) {
      return; // the retry button, which posts the form's choices
    }
    event.preventDefault();
    const starter = event.submitter instanceof HTMLButtonElement && event.submitter.name === "starter" ? event.submitter.value : "";
    const text = starter || this.#text.value;
    if (this.#isBusy || text.trim() === "" || text.length > this.#max) {
      this.#text.focus();
      return;
    }
    void this.while(() => this.#send(text));
  }

  /** @param {string} text */
  async #send(text) {
    this.#problem("");
    if (text !== this.#attempt.text) {
      this.#attempt = { text, key: randomKey() };
    }
    const draft = this.#draft;
    const choices = this.#choices();
    const isTyped = text === this.#text.value;
    if (isTyped) {
      this.#fill("");
    }
    let isAccepted = false;
    try {
      await this.#conversation.send(text, choices, this.#attempt.key, () => {
        isAccepted = true;
        this.#form.querySelectorAll("[data-is-changed]").forEach(select => select.removeAttribute("data-is-changed"));
        this.#attempt = { text: "", key: "" };
        draft.text = "";
        this.#draft.text = this.#text.value; // typed meanwhile: it belongs to the chat that now exists
      });
    } catch (error) {
      if (!isAccepted && isTyped && this.#text.value === "") {
        this.#fill(text);
      }
      if (isAccepted || !(error instanceof SignedOutError)) {
        throw error;
      }
      this.#problem("You've been signed out. Your message is still here. Sign in again to send it.");
      if (await signInAgain()) {
        await this.#send(text);
      }
    }
  }

  /**
   * What was chosen in this tab. The rest stays as it is, perhaps chosen in another tab.
   * @returns {import("./conversation.js").Choices}
   */
  #choices() {
    const chosen = (/** @type {string} */ field) => {
      const select = this.#form.querySelector(`select[name=${field}]:enabled`);
      if (select instanceof HTMLSelectElement) {
        return select.hasAttribute("data-is-changed") ? select.value : undefined;
      }
      return new FormData(this.#form).get(field)?.toString(); // the welcome's
    };
    return { persona: chosen("persona"), model: chosen("model") };
  }

  /** @param {string} text */
  #fill(text) {
    this.#text.value = text;
    this.#fit();
    this.#count();
  }

  #changed() {
    this.#draft.text = this.#text.value;
    this.#fit();
    this.#count();
  }

  // For browsers whose CSS cannot do it.
  #fit() {
    if (!CSS.supports("field-sizing", "content")) {
      this.#text.style.height = "auto";
      this.#text.style.height = `${this.#text.scrollHeight}px`;
    }
  }

  #count() {
    const counter = findElement("[data-counter]", this.#form);
    const remaining = this.#max - this.#text.value.length;
    counter.hidden = this.#text.value.length < this.#max * COUNT_FROM;
    counter.textContent = remaining < 0 ? `${(-remaining).toLocaleString()} over the limit` : `${remaining.toLocaleString()} characters left`;
    counter.classList.toggle("over", remaining < 0);
    this.#lock();
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#lock();
  }

  #lock() {
    const send = /** @type {HTMLButtonElement} */ (findElement(".send", this.#form));
    send.disabled = this.#isBusy || this.#text.value.length > this.#max;
    send.hidden = this.#isBusy;
    findElement(".stop", this.#form).hidden = !this.#isBusy;
  }

  /** @param {unknown} error */
  #tell(error) {
    const isStale = error instanceof ApiError && error.status === 400;
    const isGone = error instanceof ApiError && error.status === 404;
    this.#problem(isGone ? "This chat no longer exists." : error instanceof Error ? error.message : "Something went wrong. Try again.");
    if (!isStale) {
      this.#text.focus();
    }
  }

  /** @param {string} text */
  #problem(text) {
    const problem = findElement("#composer-problem");
    problem.textContent = text;
    problem.hidden = text === "";
  }
}

/** Random text; crypto.randomUUID needs TLS. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
}
