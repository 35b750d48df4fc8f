// @ts-check
import { parsePage } from "../helpers/dom.js";
import { localizeTimes } from "../helpers/times.js";
import { fetchPage } from "../models/api.js";
import { startCodeBlocks } from "./code-blocks.js";

/** As far as a link to a message goes back: fifty messages each. */
const MOST_PAGES = 40;

/**
 * Loads older messages into the page instead of going to a page of their own.
 * @param {import("./conversation.js").Conversation} conversation
 */
export function startOlderMessages(conversation) {
  document.addEventListener("click", event => {
    const link = event.target instanceof Element ? event.target.closest("a[data-older]") : null;
    if (link instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      load(link, conversation).catch(() => location.assign(link.href));
    }
  });
  window.addEventListener("hashchange", () => void showTarget(conversation));
  void showTarget(conversation);
}

/** @param {import("./conversation.js").Conversation} conversation */
async function showTarget(conversation) {
  const id = location.hash.slice(1);
  if (!id.startsWith("m-")) {
    return;
  }
  try {
    for (let pages = 0; pages < MOST_PAGES && !document.getElementById(id); pages++) {
      const link = document.querySelector("a[data-older]");
      if (!(link instanceof HTMLAnchorElement)) {
        return;
      }
      await load(link, conversation);
    }
  } catch {
    return; // the link to older messages is still there
  }
  const target = document.getElementById(id);
  if (target) {
    conversation.scroll.show(target);
  }
}

/**
 * @param {HTMLAnchorElement} link
 * @param {import("./conversation.js").Conversation} conversation
 */
async function load(link, conversation) {
  link.setAttribute("aria-busy", "true");
  const page = parsePage(await fetchPage(link.href));
  const messages = [...page.querySelectorAll("#messages > .message")];
  localizeTimes(page);
  conversation.scroll.keepPlace(() => {
    document.getElementById("messages")?.prepend(...messages);
    const older = page.querySelector("a[data-older]");
    if (older) {
      link.replaceWith(older);
    } else {
      link.remove();
    }
  });
  messages.forEach(message => void startCodeBlocks(message));
}
