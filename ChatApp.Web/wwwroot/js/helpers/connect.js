// @ts-check

/** @typedef {{selector: string, seen: WeakSet<Element>, connected: (element: any) => void}} Rule */

/** @type {Rule[]} */
const rules = [];

new MutationObserver(records => {
  for (const node of records.flatMap(record => [...record.addedNodes])) {
    if (node instanceof Element) {
      rules.forEach(rule => apply(rule, node));
    }
  }
}).observe(document, { childList: true, subtree: true });

/**
 * Calls a function once for each element that matches: for those in the page now, and for others as soon as they are inserted.
 * What matters is whether an element matches when it is inserted, not what becomes of it.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {(element: T) => void} connected
 */
export function onConnect(selector, connected) {
  const rule = { selector, seen: new WeakSet(), connected };
  rules.push(rule);
  apply(rule, document.documentElement);
}

/**
 * @param {Rule} rule
 * @param {Element} root
 */
function apply(rule, root) {
  for (const element of [...root.matches(rule.selector) ? [root] : [], ...root.querySelectorAll(rule.selector)]) {
    if (!rule.seen.has(element)) {
      rule.seen.add(element);
      rule.connected(element);
    }
  }
}
