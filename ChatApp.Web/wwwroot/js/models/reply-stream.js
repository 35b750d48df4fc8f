// @ts-check
import { callApi } from "./api.js";
import { feedEvents, resumeFeed } from "./feed.js";

/**
 * Sends a message. The reply's text comes over the feed.
 * @param {string} sessionId
 * @param {{content: string, persona?: string | undefined, model?: string | undefined}} message
 * @param {string} key makes it harmless to send again after a lost response
 * @returns {Promise<{id: string, reply: {id: string}}>}
 */
export async function sendMessage(sessionId, message, key) {
  const response = await callApi("POST", `/chat/sessions/${sessionId}/messages`, message, { "Idempotency-Key": key });
  resumeFeed();
  return response.json();
}

/**
 * The text of a reply, in pieces and each once, until it has ended.
 * @param {string} messageId
 * @param {() => Promise<boolean>} isGenerating asks the server: a short reply may have ended before the feed tells of it
 * @returns {AsyncGenerator<string>}
 */
export async function* followReply(messageId, isGenerating) {
  let [position, isKnown] = [0, false];
  for await (const item of feedEvents()) {
    if (item.type === "text") {
      if (item.message_id === messageId && item.start <= position) {
        const more = item.content.slice(position - item.start);
        position += more.length;
        yield more;
      }
    } else if (item.type === "state" && item.generating.some(g => g.message_id === messageId)) {
      isKnown = true;
      const text = item.texts[messageId] ?? "";
      if (text.length > position) {
        yield text.slice(position);
        position = text.length;
      }
    } else if (isKnown || !await isGenerating()) {
      return;
    }
  }
}
