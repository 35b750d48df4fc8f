// @ts-check
import { ApiError, callApi, ConnectionError } from "./api.js";
import { readEvents } from "./event-reader.js";

/** @typedef {{type: string, content?: string, session_id?: string, user_message_id?: string, message_id?: string, status?: string, code?: string}} ReplyEvent */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
const TRIES = 12;

/** Follows one answer to its end, whatever happens to the connection on the way. */
export class ReplyStream {
  /** @type {() => Promise<Response>} */
  #open;
  /** @type {string | null} */
  #messageId;
  /** @type {string | null} */
  #lastEventId = null;

  /**
   * @param {() => Promise<Response>} open
   * @param {string | null} messageId
   */
  constructor(open, messageId) {
    this.#open = open;
    this.#messageId = messageId;
  }

  /**
   * Sends a message and follows its answer.
   * @param {string} sessionId
   * @param {string} message
   * @param {string} key makes a repetition after a lost answer harmless
   */
  static send(sessionId, message, key) {
    const body = { message, thread_id: sessionId };
    return new ReplyStream(() => callApi("POST", "/chat/stream", body, { "Idempotency-Key": key }), null);
  }

  /**
   * Follows an answer that is being written.
   * @param {string} messageId
   */
  static follow(messageId) {
    return new ReplyStream(() => ReplyStream.#resume(messageId, null), messageId);
  }

  /**
   * The events up to `done` or `error`, each once.
   * @returns {AsyncGenerator<ReplyEvent>}
   */
  async *events() {
    let response = await this.#open();
    for (;;) {
      try {
        for await (const { id, data } of readEvents(/** @type {ReadableStream<Uint8Array>} */ (response.body))) {
          this.#lastEventId = id || this.#lastEventId;
          /** @type {ReplyEvent} */
          const event = JSON.parse(data);
          this.#messageId = event.message_id ?? this.#messageId;
          yield event;
          if (event.type === "done" || event.type === "error") {
            return;
          }
        }
      } catch {
        // The connection broke; what was missed comes with the next one.
      }
      response = await this.#reconnect();
    }
  }

  /** @returns {Promise<Response>} */
  async #reconnect() {
    const messageId = this.#messageId;
    if (!messageId) {
      throw new ConnectionError();
    }
    for (let tries = 1, wait = FIRST_WAIT; ; tries++, wait = Math.min(wait * 2, LONGEST_WAIT)) {
      await waitOrOnline(wait);
      try {
        return await ReplyStream.#resume(messageId, this.#lastEventId);
      } catch (error) {
        const mayPass = error instanceof ConnectionError || error instanceof ApiError && error.status >= 500;
        if (!mayPass || tries >= TRIES) {
          throw error;
        }
      }
    }
  }

  /**
   * @param {string} messageId
   * @param {string | null} lastEventId
   */
  static #resume(messageId, lastEventId) {
    return callApi("GET", `/chat/messages/${messageId}/stream`, undefined, lastEventId === null ? {} : { "Last-Event-ID": lastEventId });
  }
}

/**
 * @param {number} milliseconds
 * @returns {Promise<void>}
 */
function waitOrOnline(milliseconds) {
  return new Promise(resolve => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    window.addEventListener("online", go);
  });
}
