// @ts-check
// Shared by all tabs: browsers open only six connections to a host.
import { FeedConnection } from "./models/feed-connection.js";

/** @type {Set<MessagePort>} */
const tabs = new Set();
const connection = new FeedConnection(event => tabs.forEach(tab => tab.postMessage(event)));

self.addEventListener("connect", event => {
  const tab = /** @type {MessageEvent} */ (event).ports[0];
  tab.addEventListener("message", ({ data }) => data === "disconnect" ? tabs.delete(tab) : connection.run());
  tab.start();
  tabs.add(tab);
  if (connection.state) {
    tab.postMessage(connection.state);
  }
  void connection.run();
});
