// @ts-check

/**
 * Gives an element the children of another one, and keeps those that are the same: a press, a focus or a menu on them is not lost.
 * @param {Element} target
 * @param {Element} wanted
 * @param {string} group a selector of children that have the same heading and a list of their own, which is treated alike
 */
export function patchChildren(target, wanted, group) {
  const present = [...target.children];
  const children = [...wanted.children].map(child => {
    const same = present.find(p => p.isEqualNode(child));
    if (same) {
      return same;
    }
    const before = child.matches(group) && present.find(p => p.matches(group) && headingOf(p) === headingOf(child));
    if (before) {
      patchChildren(listOf(before), listOf(child), group);
    }
    return before || child;
  });
  present.filter(p => !children.includes(p)).forEach(p => p.remove());
  children.forEach((child, i) => {
    if (target.children[i] !== child) {
      target.insertBefore(child, target.children[i] ?? null);
    }
  });
}

/** @param {Element} group */
function headingOf(group) {
  return group.querySelector("h2")?.textContent;
}

/** @param {Element} group */
function listOf(group) {
  return /** @type {Element} */ (group.querySelector("ul"));
}
