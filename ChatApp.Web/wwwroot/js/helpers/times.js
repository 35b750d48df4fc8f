// @ts-check
import { onConnect } from "./connect.js";

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** Shows times in the reader's time zone and locale; the server writes UTC. */
export function startTimes() {
  onConnect("time", (/** @type {HTMLTimeElement} */ element) => {
    const at = new Date(element.dateTime);
    const format = "dateOnly" in element.dataset ? date : daysAgo(at) === 0 ? time : dateAndTime;
    element.textContent = format.format(at);
    element.title = exact.format(at);
  });
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
