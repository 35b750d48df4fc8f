// @ts-check
import { find } from "../helpers/dom.js";
import { ApiError, SignedOutError } from "../models/api.js";
import { Draft } from "../models/drafts.js";
import { signInAgain } from "./sign-in-dialog.js";

const COUNT_FROM = 0.9;
const HAS_KEYBOARD = matchMedia("(pointer: fine)");

/** The form in which messages are written. */
export class Composer {
  #form;
  #conversation;
  #text;
  #max;
  #isBusy = false;
  /** The text that was tried to be sent, and the key that makes trying again harmless. */
  #attempt = { text: "", key: "" };

  /**
   * @param {HTMLFormElement} form
   * @param {import("./conversation.js").Conversation} conversation
   */
  constructor(form, conversation) {
    this.#form = form;
    this.#conversation = conversation;
    this.#text = /** @type {HTMLTextAreaElement} */ (find("textarea", form));
    this.#max = Number(form.dataset.max);
    this.#text.disabled = false; // one may write the next message while an answer is written
    this.#text.value ||= this.#draft.text;
    form.noValidate = true;
    form.addEventListener("submit", event => this.#submit(event));
    this.#text.addEventListener("input", () => this.#changed());
    form.addEventListener("change", event => event.target instanceof HTMLSelectElement && event.target.setAttribute("data-is-changed", ""));
    this.#text.addEventListener("keydown", event => this.#keyDown(event));
    this.#changed();
    // A phone would put its keyboard over the page.
    if (HAS_KEYBOARD.matches && location.hash === "") {
      this.#text.focus({ preventScroll: true });
    }
  }

  /** Whether something is being sent or answered. */
  get isBusy() {
    return this.#isBusy;
  }

  get #draft() {
    return new Draft(document.body.dataset.user ?? "", this.#conversation.session);
  }

  /**
   * Nothing can be sent while the work lasts.
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
    // While an input method composes a word, Enter chooses it; Safari says so only by the key code. On a phone Enter is a new line.
    const composes = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composes && HAS_KEYBOARD.matches) {
      event.preventDefault();
      this.#form.requestSubmit();
    }
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    if (event.submitter?.hasAttribute("formaction")) {
      return; // retries, with what is chosen here
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
        this.#draft.text = this.#text.value; // what was typed in the meantime belongs to the session that now exists
      });
    } catch (error) {
      if (!isAccepted && isTyped && this.#text.value === "") {
        this.#fill(text);
      }
      if (isAccepted || !(error instanceof SignedOutError)) {
        throw error;
      }
      this.#problem("You were signed out. Your text is still here: sign in again to send it.");
      if (await signInAgain()) {
        await this.#send(text);
      }
    }
  }

  /**
   * What was chosen here. What was not is left as it is, which may be as another tab has chosen.
   * @returns {import("./conversation.js").Choices}
   */
  #choices() {
    const chosen = (/** @type {string} */ name) => {
      const select = this.#form.querySelector(`select[name=${name}]:enabled`);
      if (select instanceof HTMLSelectElement) {
        return select.hasAttribute("data-is-changed") ? select.value : undefined;
      }
      return new FormData(this.#form).get(name)?.toString(); // on the welcome
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

  // Where CSS cannot do it.
  #fit() {
    if (!CSS.supports("field-sizing", "content")) {
      this.#text.style.height = "auto";
      this.#text.style.height = `${this.#text.scrollHeight}px`;
    }
  }

  #count() {
    const counter = find("[data-counter]", this.#form);
    const left = this.#max - this.#text.value.length;
    counter.hidden = this.#text.value.length < this.#max * COUNT_FROM;
    counter.textContent = left < 0 ? `${(-left).toLocaleString()} too many` : `${left.toLocaleString()} left`;
    counter.classList.toggle("over", left < 0);
    this.#lock();
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#lock();
  }

  #lock() {
    const send = /** @type {HTMLButtonElement} */ (find(".send", this.#form));
    send.disabled = this.#isBusy || this.#text.value.length > this.#max;
    send.hidden = this.#isBusy;
    find(".stop", this.#form).hidden = !this.#isBusy;
  }

  /** @param {unknown} error */
  #tell(error) {
    const isStale = error instanceof ApiError && error.status === 400;
    this.#problem(error instanceof Error ? error.message : "Something went wrong. Try again.");
    if (!isStale) {
      this.#text.focus();
    }
  }

  /** @param {string} text */
  #problem(text) {
    const problem = find("#composer-problem");
    problem.textContent = text;
    problem.hidden = text === "";
  }
}

/** Random text; crypto.randomUUID is not there without TLS. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
}
