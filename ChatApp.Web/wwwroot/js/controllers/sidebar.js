// @ts-check
import { onAction } from "../helpers/actions.js";
import { find, setTitle } from "../helpers/dom.js";
import { daysAgo } from "../helpers/times.js";
import { fetchPage } from "../models/api.js";
import { onFeedState, startFeed } from "../models/feed.js";

const TYPING_PAUSE = 200;
const CHANGE_PAUSE = 150;
const NARROW = matchMedia("(max-width: 49.99rem)");

/** @type {(session: string) => void} */
let tellActivity = () => {};
let [asked, changePause] = [0, 0];

export function startSidebar() {
  if (!document.getElementById("sidebar")) {
    return;
  }
  onAction("toggle-sidebar", toggleSidebar);
  const search = searchField();
  let pause = 0;
  search.addEventListener("input", () => {
    clearTimeout(pause);
    pause = window.setTimeout(refreshSidebar, TYPING_PAUSE);
  });
  search.form?.addEventListener("submit", event => {
    event.preventDefault();
    void refreshSidebar();
  });
  startFeed();
  onFeedState(() => {
    clearTimeout(changePause);
    changePause = window.setTimeout(refreshSidebar, CHANGE_PAUSE);
  });
  arrange();
  list().querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

/** Shows the list as it is now: new titles, the new order, and who is writing. */
export async function refreshSidebar() {
  const number = ++asked;
  const query = new URLSearchParams({ q: searchField().value, current: list().dataset.current ?? "" });
  /** @type {string} */
  let html;
  try {
    html = await fetchPage(`/sessions/sidebar?${query}`);
  } catch {
    return; // the list stays as it was
  }
  // A later question has been asked, or somebody is busy in the list.
  if (number !== asked || list().querySelector(".rename-input, .menu:popover-open")) {
    return;
  }
  const before = activityOfCurrent();
  const focused = focusInList();
  list().innerHTML = html; // the server's own, escaped there
  arrange();
  if (focused) {
    /** @type {HTMLElement | null} */ (list().querySelector(focused))?.focus({ preventScroll: true });
  }
  if (before && activityOfCurrent() !== before) {
    tellActivity(list().dataset.current ?? "");
  }
}

/**
 * Calls when something was done in the session that is open.
 * @param {(session: string) => void} listener
 */
export function onActivity(listener) {
  tellActivity = listener;
}

/** Where the focus is in the list, as a selector that finds the same place in another list; empty when it is elsewhere. */
function focusInList() {
  const focused = document.activeElement;
  const row = focused?.closest("#session-list [data-session]");
  return row instanceof HTMLElement ? `[data-session="${row.dataset.session}"] ${focused?.localName}` : "";
}

function activityOfCurrent() {
  const row = list().querySelector("[data-session]:has([aria-current])");
  return row instanceof HTMLElement ? `${row.dataset.session} ${row.dataset.activity}` : "";
}

/**
 * Marks the session that is open now.
 * @param {string} session
 */
export function setCurrentSession(session) {
  list().dataset.current = session;
}

export function toggleSidebar() {
  const sidebar = find("#sidebar");
  if (NARROW.matches) {
    sidebar.togglePopover();
    return;
  }
  const root = document.documentElement;
  const isClosed = root.dataset.sidebar !== "closed";
  root.dataset.sidebar = isClosed ? "closed" : "open";
  localStorage.setItem("sidebar", root.dataset.sidebar);
  find(isClosed ? ".sidebar-expand" : ".sidebar-collapse").focus();
}

function list() {
  return find("#session-list");
}

function searchField() {
  return /** @type {HTMLInputElement} */ (find("#search"));
}

function arrange() {
  groupByLocalDay();
  const current = list().querySelector("[data-session]:has([aria-current])");
  if (current instanceof HTMLElement && document.querySelector("[data-session-title]")) {
    setTitle(current.dataset.title ?? "");
  }
}

/** The server groups by days of UTC; the reader's days may begin at another time. */
function groupByLocalDay() {
  const rows = /** @type {NodeListOf<HTMLElement>} */ (list().querySelectorAll(".session[data-day]:not([data-day=''])"));
  const groups = new Map([...list().querySelectorAll(".session-group")].map(group => [group.querySelector("h2")?.textContent ?? "", group]));
  for (const row of rows) {
    const days = daysAgo(new Date(row.dataset.day ?? ""));
    const heading = days <= 0 ? "Today" : days === 1 ? "Yesterday" : days <= 7 ? "Previous 7 days" : "Older";
    const group = groups.get(heading) ?? newGroup(heading, row);
    groups.set(heading, group);
    group.querySelector("ul")?.append(row);
  }
  groups.forEach(group => !group.querySelector(".session") && group.remove());
}

/**
 * @param {string} heading
 * @param {HTMLElement} row
 */
function newGroup(heading, row) {
  const before = /** @type {HTMLElement} */ (row.closest(".session-group"));
  const group = /** @type {HTMLElement} */ (before.cloneNode(true));
  find("h2", group).textContent = heading;
  group.querySelector("ul")?.replaceChildren();
  // Rows come newest first: what leaves its group belongs before those that stay, or after those that have been placed.
  before[row.previousElementSibling ? "after" : "before"](group);
  return group;
}
