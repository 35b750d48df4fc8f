// @ts-check
import { readEvents } from "./event-reader.js";

/** @typedef {{session_id: string, message_id: string}} Generating */
/** @typedef {{type: "state", generating: Generating[], texts: Record<string, string>, tools: string[]}} FeedState what is going on, with the texts so far and the answers that have called tools */
/** @typedef {{type: "text", message_id: string, start: number, content: string}} FeedText an answer has grown */
/** @typedef {{type: "tools", message_id: string}} FeedTools the calls of an answer's tools have got further */
/** @typedef {FeedState | FeedText | FeedTools} FeedNews */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/** The connection to the feed of all that happens to the user. It runs where all tabs share it, or in a tab of its own. */
export class FeedConnection {
  /** @type {(news: FeedNews) => void} */
  #tell;
  /** @type {Generating[] | null} */
  #generating = null;
  /** @type {Record<string, string>} */
  #texts = {};
  /** @type {Set<string>} */
  #tools = new Set();
  #isRunning = false;

  /** @param {(news: FeedNews) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** What is going on; null before the first answer of the server. */
  get state() {
    return this.#generating && /** @type {FeedState} */ ({ type: "state", generating: this.#generating, texts: this.#texts, tools: [...this.#tools] });
  }

  /** Connects unless it is connected, and goes on until nobody is signed in any more. */
  async run() {
    if (this.#isRunning) {
      return;
    }
    this.#isRunning = true;
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        const response = await fetch("/chat/events");
        if (response.status === 401) {
          break;
        }
        if (response.ok) {
          wait = FIRST_WAIT;
          for await (const { data } of readEvents(/** @type {ReadableStream<Uint8Array>} */ (response.body))) {
            this.#take(JSON.parse(data));
          }
        }
      } catch {
        // The connection broke. The next one begins with everything that matters.
      }
      await new Promise(resolve => setTimeout(resolve, wait));
    }
    this.#isRunning = false;
  }

  /** @param {{type: string, generating?: Generating[], message_id?: string, start?: number, content?: string}} event */
  #take(event) {
    if (event.type === "sessions") {
      this.#generating = event.generating ?? [];
      const running = new Set(this.#generating.map(g => g.message_id));
      this.#texts = Object.fromEntries(Object.entries(this.#texts).filter(([id]) => running.has(id)));
      this.#tools = new Set([...this.#tools].filter(id => running.has(id)));
      this.#tell(/** @type {FeedState} */ (this.state));
    } else if (event.type === "reply") {
      this.#grow(event.message_id ?? "", event.start ?? 0, event.content ?? "");
    } else if (event.type === "tools") {
      this.#tools.add(event.message_id ?? "");
      this.#tell({ type: "tools", message_id: event.message_id ?? "" });
    }
  }

  /**
   * A new connection tells an answer's text from the beginning: what is known already is passed over.
   * @param {string} id
   * @param {number} start
   * @param {string} content
   */
  #grow(id, start, content) {
    const known = this.#texts[id] ?? "";
    const more = content.slice(Math.max(known.length - start, 0));
    if (start <= known.length && more) {
      this.#texts[id] = known + more;
      this.#tell({ type: "text", message_id: id, start: known.length, content: more });
    }
  }
}
