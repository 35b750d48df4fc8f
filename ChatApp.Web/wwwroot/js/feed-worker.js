// @ts-check
// Shared by all tabs of the browser, which may open only six connections to a host.
import { FeedConnection } from "./models/feed-connection.js";

/** @type {Set<MessagePort>} */
const tabs = new Set();
const connection = new FeedConnection(news => tabs.forEach(tab => tab.postMessage(news)));

self.addEventListener("connect", event => {
  const tab = /** @type {MessageEvent} */ (event).ports[0];
  tab.addEventListener("message", ({ data }) => data === "bye" ? tabs.delete(tab) : connection.run());
  tab.start();
  tabs.add(tab);
  if (connection.state) {
    tab.postMessage(connection.state);
  }
  void connection.run();
});
