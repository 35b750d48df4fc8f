// @ts-check
import { onAction } from "../helpers/actions.js";
import { findElement } from "../helpers/dom.js";
import { toggleSidebar } from "./sidebar.js";

/** @type {Record<string, () => void>} */
const shortcuts = {
  "Ctrl+k": goToSearch,
  "Ctrl+Shift+o": () => location.assign("/chat-ui"),
  "Ctrl+Shift+s": toggleSidebar,
  "Ctrl+Shift+m": () => document.getElementById("model")?.focus(),
  "Ctrl+/": showShortcuts,
  "Ctrl+Shift+/": showShortcuts, // keyboards on which the slash needs Shift
  "Shift+escape": () => document.getElementById("content")?.focus(),
};

export function startShortcuts() {
  if (!document.getElementById("sidebar")) {
    return;
  }
  onAction("show-shortcuts", showShortcuts);
  document.addEventListener("keydown", event => {
    const keys = [event.ctrlKey || event.metaKey ? "Ctrl+" : "", event.shiftKey ? "Shift+" : "", event.key.toLowerCase()].join("");
    const shortcut = shortcuts[keys];
    if (shortcut && !event.altKey && !event.isComposing) {
      event.preventDefault();
      shortcut();
    }
  });
}

function goToSearch() {
  const field = document.getElementById("query");
  if (field instanceof HTMLInputElement) {
    field.select();
  } else {
    location.assign("/search-ui");
  }
}

function showShortcuts() {
  const dialog = /** @type {HTMLDialogElement} */ (findElement("#shortcuts-dialog"));
  if (!dialog.open) {
    dialog.showModal();
  }
}
