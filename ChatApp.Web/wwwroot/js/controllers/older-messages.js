// @ts-check
import { parsePage } from "../helpers/dom.js";
import { fetchPage } from "../models/api.js";

/** How far back a link to a message is followed; a page has fifty messages. */
const MAX_PAGES = 40;

/**
 * Loads older messages into the page instead of opening a page of their own.
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
    for (let pages = 0; pages < MAX_PAGES && !document.getElementById(id); pages++) {
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
  const older = parsePage(await fetchPage(link.dataset.older ?? ""));
  conversation.scroll.keepPlace(() => {
    document.getElementById("messages")?.prepend(...older.querySelectorAll(".message"));
    const next = older.querySelector("a[data-older]");
    if (next) {
      link.replaceWith(next);
    } else {
      link.remove();
    }
  });
}
