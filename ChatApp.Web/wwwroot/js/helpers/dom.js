// @ts-check

/**
 * An element that the page must have.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function findElement(selector, root = document) {
  const element = root.querySelector(selector);
  if (!(element instanceof HTMLElement)) {
    throw new Error(`The page has no ${selector}.`);
  }
  return element;
}

/**
 * A copy of a template's only element.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function fromTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (findElement(`#${id}`));
  return /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
}

/**
 * Announces something to screen readers.
 * @param {string} text
 */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  if (announcer) {
    announcer.textContent = text;
  }
}

/**
 * Parses a page of this app, or a part of one.
 * @param {string} html
 * @returns {Document}
 */
export function parsePage(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/**
 * Shows the chat's title in the tab and in the heading.
 * @param {string} title
 */
export function setTitle(title) {
  document.title = `${title} · ChatApp`;
  const heading = document.querySelector("[data-session-title]");
  if (heading) {
    heading.textContent = title;
  }
}
