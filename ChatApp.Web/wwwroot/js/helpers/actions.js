// @ts-check

/** @typedef {(control: HTMLElement, event: MouseEvent) => void} Action */

/** @type {Map<string, Action>} */
const actions = new Map();

document.addEventListener("click", event => {
  const control = event.target instanceof Element ? event.target.closest("[data-action]") : null;
  const isPlainClick = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (control instanceof HTMLElement && isPlainClick) {
    actions.get(control.dataset.action ?? "")?.(control, event);
  }
});

/**
 * Registers what a click on elements with this data-action does, also on those inserted later.
 * @param {string} actionName
 * @param {Action} action
 */
export function onAction(actionName, action) {
  actions.set(actionName, action);
}
