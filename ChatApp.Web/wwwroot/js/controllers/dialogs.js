// @ts-check
import { find, parsePage } from "../helpers/dom.js";
import { fetchPage } from "../models/api.js";

export function startDialogs() {
  document.addEventListener("click", event => {
    const target = event.target instanceof Element ? event.target : null;
    const closer = target?.closest("dialog [data-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog")?.close();
    }
    const link = target?.closest("a[data-dialog]");
    if (link instanceof HTMLAnchorElement && link.pathname !== location.pathname && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      void openPage(link);
    }
  });
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", event => event.target === dialog && isOutside(dialog, event) && dialog.close());
  }
}

/**
 * Shows something in the general dialog.
 * @param {string} title
 * @param {Element} content
 * @returns {HTMLDialogElement}
 */
export function openDialog(title, content) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#form-dialog"));
  find("h2", dialog).textContent = title;
  find(".dialog-body", dialog).replaceChildren(content);
  if (!dialog.open) {
    dialog.showModal();
  }
  return dialog;
}

/**
 * Asks before something is done.
 * @param {string} title
 * @param {string} text
 * @param {string} yes what the button says
 * @returns {Promise<boolean>}
 */
export function confirm(title, text, yes) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#confirm-dialog"));
  find("#confirm-title").textContent = title;
  find("#confirm-text").textContent = text;
  find(".danger", dialog).textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

/**
 * A page's form in a dialog; the page itself where that fails.
 * @param {HTMLAnchorElement} link
 */
async function openPage(link) {
  try {
    const content = parsePage(await fetchPage(link.href)).querySelector("[data-dialog-content]");
    if (!content) {
      throw new Error("The page has nothing for a dialog.");
    }
    const dialog = openDialog(link.dataset.dialog ?? "", content);
    /** @type {HTMLElement | null} */ (dialog.querySelector("[autofocus]"))?.focus();
  } catch {
    location.assign(link.href);
  }
}

/**
 * @param {Element} element
 * @param {MouseEvent} event
 */
function isOutside(element, event) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
}
