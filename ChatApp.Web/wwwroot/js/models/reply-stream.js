// @ts-check
import { callApi } from "./api.js";
import { resumeFeed, feedNews } from "./feed.js";

/**
 * Sends a message. The answer is heard over the feed.
 * @param {string} sessionId
 * @param {{content: string, persona?: string | undefined, model?: string | undefined}} message
 * @param {string} key makes a repetition after a lost answer harmless
 * @returns {Promise<{id: string, reply: {id: string}}>}
 */
export async function sendMessage(sessionId, message, key) {
  const response = await callApi("POST", `/chat/sessions/${sessionId}/messages`, message, { "Idempotency-Key": key });
  resumeFeed();
  return response.json();
}

/**
 * The text of an answer, in pieces and each once, until it has ended.
 * @param {string} messageId
 * @param {() => Promise<boolean>} isWritten asks the server whether the answer is still being written: it may end before the feed tells of it
 * @returns {AsyncGenerator<string>}
 */
export async function* followReply(messageId, isWritten) {
  let [length, isKnown] = [0, false];
  for await (const item of feedNews()) {
    if (item.type === "text") {
      if (item.message_id === messageId && item.start <= length) {
        const more = item.content.slice(length - item.start);
        length += more.length;
        yield more;
      }
    } else if (item.type === "state" && item.generating.some(g => g.message_id === messageId)) {
      isKnown = true;
      const text = item.texts[messageId] ?? "";
      if (text.length > length) {
        yield text.slice(length);
        length = text.length;
      }
    } else if (isKnown || !await isWritten()) {
      return;
    }
  }
}
