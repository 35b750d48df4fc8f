// @ts-check
import { onAction } from "../helpers/actions.js";
import { findElement, setTitle } from "../helpers/dom.js";
import { patchChildren } from "../helpers/patch.js";
import { daysAgo } from "../helpers/times.js";
import { fetchPage } from "../models/api.js";
import { onFeedState, startFeed } from "../models/feed.js";

const TYPING_PAUSE = 200;
const CHANGE_PAUSE = 150;
const NARROW = matchMedia("(max-width: 49.99rem)");
const BUSY = ".rename-input, .menu:popover-open";

let [requests, changePause] = [0, 0];
let isOutdated = false;

/** Starts the list of chats and its search. */
export function startSidebar() {
  if (!document.getElementById("sidebar")) {
    return;
  }
  onAction("toggle-sidebar", toggleSidebar);
  const search = searchField();
  let typingPause = 0;
  search.addEventListener("input", () => {
    clearTimeout(typingPause);
    typingPause = window.setTimeout(refreshSidebar, TYPING_PAUSE);
  });
  search.form?.addEventListener("submit", event => {
    event.preventDefault();
    void refreshSidebar();
  });
  for (const end of ["toggle", "focusout"]) {
    list().addEventListener(end, () => setTimeout(() => isOutdated && void refreshSidebar()), { capture: true });
  }
  startFeed();
  onFeedState(({ sessions }) => {
    if (sessions === null || sessions.length > 0) {
      clearTimeout(changePause);
      changePause = window.setTimeout(refreshSidebar, CHANGE_PAUSE);
    }
  });
  groupByLocalDay(list());
  list().querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

/** Shows the present list: titles, order, and which chats have a reply being written. Rows that did not change stay as they are. */
export async function refreshSidebar() {
  const request = ++requests;
  const query = new URLSearchParams({ q: searchField().value, current: list().dataset.current ?? "" });
  const fresh = document.createElement("div");
  try {
    fresh.innerHTML = await fetchPage(`/sessions/sidebar?${query}`); // escaped by the server
  } catch {
    return; // the list stays as it was
  }
  if (request !== requests) {
    return; // there is a later one
  }
  isOutdated = list().querySelector(BUSY) !== null; // then the end of that refreshes it
  if (isOutdated) {
    return;
  }
  groupByLocalDay(fresh);
  const [focused, position] = [focusInList(), links().findIndex(link => link.parentElement?.matches(":focus-within"))];
  patchChildren(list(), fresh, ".session-group");
  if (focused && !list().contains(document.activeElement)) {
    // A row that has left the list hands the focus to the one in its place.
    const place = /** @type {HTMLElement | null} */ (list().querySelector(focused)) ?? links()[position] ?? links().at(-1);
    place?.focus({ preventScroll: true });
  }
  showTitle();
}

/**
 * Marks the chat that is open now.
 * @param {string} session
 */
export function setCurrentSession(session) {
  list().dataset.current = session;
}

export function toggleSidebar() {
  const sidebar = findElement("#sidebar");
  if (NARROW.matches) {
    sidebar.togglePopover();
    return;
  }
  const root = document.documentElement;
  const isClosed = root.dataset.sidebar !== "closed";
  root.dataset.sidebar = isClosed ? "closed" : "open";
  localStorage.setItem("sidebar", root.dataset.sidebar);
  findElement(isClosed ? ".sidebar-expand" : ".sidebar-collapse").focus();
}

function list() {
  return findElement("#session-list");
}

function links() {
  return /** @type {HTMLElement[]} */ ([...list().querySelectorAll(".session > .session-link")]);
}

function searchField() {
  return /** @type {HTMLInputElement} */ (findElement("#search"));
}

/** Where the focus is in the list, as a selector that finds the same place in another list; empty when it is elsewhere. */
function focusInList() {
  const focused = document.activeElement;
  const row = focused?.closest("#session-list [data-session]");
  return row instanceof HTMLElement ? `[data-session="${row.dataset.session}"] ${focused?.localName}` : "";
}

/** The open chat may have been renamed elsewhere, or named by the model. */
function showTitle() {
  const current = list().querySelector("[data-session]:has([aria-current])");
  if (current instanceof HTMLElement && document.querySelector("[data-session-title]")) {
    setTitle(current.dataset.title ?? "");
  }
}

/**
 * Groups the rows by the reader's days; the server groups them by days in UTC.
 * @param {HTMLElement} rowList
 */
function groupByLocalDay(rowList) {
  const rows = /** @type {NodeListOf<HTMLElement>} */ (rowList.querySelectorAll(".session[data-day]:not([data-day=''])"));
  const groups = new Map([...rowList.querySelectorAll(".session-group")].map(group => [group.querySelector("h2")?.textContent ?? "", group]));
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
  findElement("h2", group).textContent = heading;
  group.querySelector("ul")?.replaceChildren();
  // Rows are sorted newest first: one that leaves its group comes before those that stay, or after those already placed.
  before[row.previousElementSibling ? "after" : "before"](group);
  return group;
}
