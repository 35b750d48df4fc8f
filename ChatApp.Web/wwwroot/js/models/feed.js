// @ts-check
import { FeedConnection } from "./feed-connection.js";

/** @typedef {import("./feed-connection.js").FeedNews} FeedNews */
/** @typedef {import("./feed-connection.js").FeedState} FeedState */

/** @type {EventTarget} */
const news = new EventTarget();
/** @type {FeedState | null} */
let state = null;
/** Connects, if the feed was given up because nobody was signed in. @type {() => void} */
let connect = () => {};
let isStarted = false;

/** Begins to listen to what happens in the user's sessions: over the one connection that all tabs share, where the browser can share. */
export function startFeed() {
  if (isStarted) {
    return;
  }
  isStarted = true;
  if (!("SharedWorker" in window)) {
    const own = new FeedConnection(take);
    connect = () => void own.run();
    connect();
    return;
  }
  // Somebody else who signs in must not hear this one's feed.
  const worker = new SharedWorker("/js/feed-worker.js", { type: "module", name: document.body.dataset.user ?? "" });
  worker.port.addEventListener("message", ({ data }) => take(data));
  worker.port.start();
  connect = () => worker.port.postMessage("connect");
  window.addEventListener("pagehide", () => worker.port.postMessage("bye"));
  window.addEventListener("pageshow", event => event.persisted && location.reload()); // it has said good-bye
}

/** Makes sure that the feed is heard, also after signing in again. */
export function resumeFeed() {
  connect();
}

/**
 * Calls when something has changed in the user's sessions.
 * @param {(state: FeedState) => void} listener
 */
export function onFeedState(listener) {
  news.addEventListener("state", () => state && listener(state));
}

/**
 * Whether an answer that is being written has called tools, as far as has been heard.
 * @param {string} messageId
 */
export function hasTools(messageId) {
  return state?.tools.includes(messageId) ?? false;
}

/**
 * Calls with the id of an answer when the calls of its tools have got further, or may have while nobody listened here.
 * @param {(messageId: string) => void} listener
 */
export function onFeedTools(listener) {
  news.addEventListener("state", () => state?.tools.forEach(listener));
  news.addEventListener("tools", event => listener(/** @type {CustomEvent<{message_id: string}>} */ (event).detail.message_id));
}

/**
 * The news from now on, in their order, until the caller leaves the loop.
 * @returns {AsyncGenerator<FeedNews>}
 */
export async function* feedNews() {
  /** @type {FeedNews[]} */
  const waiting = state ? [state] : [];
  let wake = () => {};
  /** @param {Event} event */
  const listen = event => {
    waiting.push(/** @type {CustomEvent<FeedNews>} */ (event).detail);
    wake();
  };
  news.addEventListener("state", listen);
  news.addEventListener("text", listen);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next) {
        yield next;
      } else {
        await new Promise(resolve => {
          wake = () => resolve(undefined);
        });
      }
    }
  } finally {
    news.removeEventListener("state", listen);
    news.removeEventListener("text", listen);
  }
}

/** @param {FeedNews} item */
function take(item) {
  if (item.type === "state") {
    state = item;
  } else if (item.type === "text" && state) {
    state.texts[item.message_id] = (state.texts[item.message_id] ?? "").slice(0, item.start) + item.content;
  } else if (item.type === "tools" && !hasTools(item.message_id)) {
    state?.tools.push(item.message_id);
  }
  news.dispatchEvent(new CustomEvent(item.type, { detail: item }));
}
