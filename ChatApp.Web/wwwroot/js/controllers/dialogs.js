// @ts-check
import { findElement, parsePage } from "../helpers/dom.js";
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
 * Shows content in the shared dialog.
 * @param {string} title
 * @param {Element} content
 * @returns {HTMLDialogElement}
 */
export function openDialog(title, content) {
  const dialog = /** @type {HTMLDialogElement} */ (findElement("#form-dialog"));
  findElement("h2", dialog).textContent = title;
  findElement(".dialog-body", dialog).replaceChildren(content);
  if (!dialog.open) {
    dialog.showModal();
  }
  return dialog;
}

/**
 * Asks for confirmation.
 * @param {string} title
 * @param {string} text
 * @param {string} yes the button's label
 * @returns {Promise<boolean>}
 */
export function askConfirmation(title, text, yes) {
  const dialog = /** @type {HTMLDialogElement} */ (findElement("#confirm-dialog"));
  findElement("#confirm-title").textContent = title;
  findElement("#confirm-text").textContent = text;
  findElement(".danger", dialog).textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

/**
 * Shows a page's form in a dialog, or goes to the page if that fails.
 * @param {HTMLAnchorElement} link
 */
async function openPage(link) {
  try {
    const content = parsePage(await fetchPage(link.href)).querySelector("[data-dialog-content]");
    if (!content) {
      throw new Error("The page has no content for a dialog.");
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
  const box = element.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
