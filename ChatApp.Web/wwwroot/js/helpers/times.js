// @ts-check

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/**
 * Writes times in the reader's own zone and habits; the server writes UTC.
 * @param {ParentNode} root
 */
export function localizeTimes(root) {
  for (const element of root.querySelectorAll("time")) {
    const at = new Date(element.dateTime);
    const format = "dateOnly" in element.dataset ? date : daysAgo(at) === 0 ? time : dateAndTime;
    element.textContent = format.format(at);
    element.title = exact.format(at);
  }
}

/**
 * Midnights between a time and now.
 * @param {Date} at
 * @returns {number}
 */
export function daysAgo(at) {
  const midnight = (/** @type {Date} */ d) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  return Math.round((midnight(new Date()) - midnight(at)) / 86_400_000);
}
