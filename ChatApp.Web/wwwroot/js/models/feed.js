// @ts-check
import { FeedConnection } from "./feed-connection.js";

/** @typedef {import("./feed-connection.js").FeedEvent} FeedEvent */
/** @typedef {import("./feed-connection.js").FeedState} FeedState */

const events = new EventTarget();
/** @type {FeedState | null} */
let state = null;
/** Connects if the feed was given up because the sign-in had ended. @type {() => void} */
let connect = () => {};
let isStarted = false;

/** Subscribes to the user's feed, over the connection that all tabs share where the browser has shared workers. */
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
  // Named by the user: another one who signs in must not get this one's feed.
  const worker = new SharedWorker("/js/feed-worker.js", { type: "module", name: document.body.dataset.user ?? "" });
  worker.port.addEventListener("message", ({ data }) => take(data));
  worker.port.start();
  connect = () => worker.port.postMessage("connect");
  window.addEventListener("pagehide", () => worker.port.postMessage("disconnect"));
  window.addEventListener("pageshow", event => event.persisted && location.reload()); // it has disconnected
}

/** Connects again where the sign-in had ended. */
export function resumeFeed() {
  connect();
}

/**
 * Calls when something has changed in the user's sessions.
 * @param {(state: FeedState) => void} listener
 */
export function onFeedState(listener) {
  events.addEventListener("state", event => listener(/** @type {CustomEvent<FeedState>} */ (event).detail));
}

/**
 * Whether a change of the feed concerns a session.
 * @param {FeedState} change
 * @param {string} session
 */
export function concerns(change, session) {
  return change.sessions === null || change.sessions.includes(session);
}

/**
 * Whether a reply that is being written has called tools, as far as the feed has told.
 * @param {string} messageId
 */
export function hasTools(messageId) {
  return state?.tools.includes(messageId) ?? false;
}

/**
 * Calls with the id of a reply when its tool calls have changed, or may have while the feed was not connected.
 * @param {(messageId: string) => void} listener
 */
export function onFeedTools(listener) {
  events.addEventListener("state", () => state?.tools.forEach(listener));
  events.addEventListener("tools", event => listener(/** @type {CustomEvent<{message_id: string}>} */ (event).detail.message_id));
}

/**
 * The present state, then all events in their order, until the caller leaves the loop.
 * @returns {AsyncGenerator<FeedEvent>}
 */
export async function* feedEvents() {
  /** @type {FeedEvent[]} */
  const waiting = state ? [state] : [];
  let wake = () => {};
  /** @param {Event} event */
  const listen = event => {
    waiting.push(/** @type {CustomEvent<FeedEvent>} */ (event).detail);
    wake();
  };
  events.addEventListener("state", listen);
  events.addEventListener("text", listen);
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
    events.removeEventListener("state", listen);
    events.removeEventListener("text", listen);
  }
}

/** @param {FeedEvent} item */
function take(item) {
  if (item.type === "state") {
    state = item;
  } else if (item.type === "text" && state) {
    state.texts[item.message_id] = (state.texts[item.message_id] ?? "").slice(0, item.start) + item.content;
  } else if (item.type === "tools" && !hasTools(item.message_id)) {
    state?.tools.push(item.message_id);
  }
  events.dispatchEvent(new CustomEvent(item.type, { detail: item }));
}
