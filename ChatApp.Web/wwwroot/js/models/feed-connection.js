// @ts-check
import { readEvents } from "./event-reader.js";

/** @typedef {{session_id: string, message_id: string}} Generating a reply that is being written */
/**
 * Something changed: the replies that are being written, their texts so far, those of them that have called tools, and the sessions that
 * changed (null: any may have).
 * @typedef {{type: "state", generating: Generating[], texts: Record<string, string>, tools: string[], sessions: string[] | null}} FeedState
 */
/** @typedef {{type: "text", message_id: string, start: number, content: string}} FeedText a reply has grown */
/** @typedef {{type: "tools", message_id: string}} FeedTools the tool calls of a reply have changed */
/** @typedef {FeedState | FeedText | FeedTools} FeedEvent */

const FIRST_DELAY = 500;
const MAX_DELAY = 10_000;

/** The connection to the user's feed. It runs in a worker that all tabs share, or else in each tab. */
export class FeedConnection {
  /** @type {(event: FeedEvent) => void} */
  #publish;
  /** @type {Generating[] | null} */
  #generating = null;
  /** @type {Record<string, string>} */
  #texts = {};
  /** @type {Set<string>} */
  #tools = new Set();
  #isRunning = false;

  /** @param {(event: FeedEvent) => void} publish */
  constructor(publish) {
    this.#publish = publish;
  }

  /** What a new subscriber has to know; null before the first event from the server. */
  get state() {
    return this.#stateAfter(null);
  }

  /** Connects unless it is connected, and reconnects until the sign-in has ended. */
  async run() {
    if (this.#isRunning) {
      return;
    }
    this.#isRunning = true;
    for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 2, MAX_DELAY)) {
      try {
        const response = await fetch("/chat/events");
        if (response.status === 401) {
          break;
        }
        if (response.ok) {
          delay = FIRST_DELAY;
          for await (const { data } of readEvents(/** @type {ReadableStream<Uint8Array>} */ (response.body))) {
            this.#take(JSON.parse(data));
          }
        }
      } catch {
        // The connection broke. The next one begins with the whole state.
      }
      await new Promise(resolve => setTimeout(resolve, delay));
    }
    this.#isRunning = false;
  }

  /** @param {{type: string, generating?: Generating[], sessions?: string[] | null, message_id?: string, start?: number, content?: string}} event */
  #take(event) {
    if (event.type === "sessions") {
      this.#generating = event.generating ?? [];
      const running = new Set(this.#generating.map(g => g.message_id));
      this.#texts = Object.fromEntries(Object.entries(this.#texts).filter(([id]) => running.has(id)));
      this.#tools = new Set([...this.#tools].filter(id => running.has(id)));
      this.#publish(/** @type {FeedState} */ (this.#stateAfter(event.sessions ?? null)));
    } else if (event.type === "reply") {
      this.#grow(event.message_id ?? "", event.start ?? 0, event.content ?? "");
    } else if (event.type === "tools") {
      this.#tools.add(event.message_id ?? "");
      this.#publish({ type: "tools", message_id: event.message_id ?? "" });
    }
  }

  /**
   * @param {string[] | null} sessions those that changed
   * @returns {FeedState | null}
   */
  #stateAfter(sessions) {
    return this.#generating && { type: "state", generating: this.#generating, texts: this.#texts, tools: [...this.#tools], sessions };
  }

  /**
   * A new connection sends a reply's text from the beginning: what is known is skipped.
   * @param {string} id
   * @param {number} start
   * @param {string} content
   */
  #grow(id, start, content) {
    const known = this.#texts[id] ?? "";
    const more = content.slice(Math.max(known.length - start, 0));
    if (start <= known.length && more) {
      this.#texts[id] = known + more;
      this.#publish({ type: "text", message_id: id, start: known.length, content: more });
    }
  }
}
