// @ts-check
import { onAction } from "../helpers/actions.js";
import { findElement, setTitle } from "../helpers/dom.js";
import { callApi } from "../models/api.js";
import { showArchived } from "./archived-note.js";
import { askConfirmation } from "./dialogs.js";
import { refreshSidebar } from "./sidebar.js";
import { showToast } from "./toasts.js";

/** Renames, pins, archives and deletes chats in their lists. */
export function startSessionActions() {
  onAction("rename", (control, event) => {
    event.preventDefault();
    closeMenu(control);
    editTitle(rowOf(control));
  });
  onAction("pin", (control, event) => {
    event.preventDefault();
    closeMenu(control);
    void pin(rowOf(control), /** @type {HTMLButtonElement} */ (control).value === "true");
  });
  onAction("archive", (control, event) => {
    closeMenu(control);
    const row = rowOf(control);
    if (!document.querySelector(`table.sessions [data-session="${row.dataset.session}"]`)) {
      event.preventDefault(); // otherwise the form is posted, and the page shows the table as it is then
      void archive(row, /** @type {HTMLButtonElement} */ (control).value === "true");
    }
  });
  onAction("delete", (control, event) => {
    event.preventDefault();
    closeMenu(control);
    void remove(rowOf(control));
  });
  onAction("remove", (control, event) => {
    event.preventDefault();
    void deletePermanently(rowOf(control));
  });
}

/** @param {HTMLElement} control */
function closeMenu(control) {
  const menu = control.closest("[popover]");
  if (menu instanceof HTMLElement && menu.matches(".menu")) {
    menu.hidePopover();
  }
}

/** @param {HTMLElement} control */
function rowOf(control) {
  return /** @type {HTMLElement} */ (control.closest("[data-session]"));
}

/**
 * @param {HTMLElement} row
 * @returns {string}
 */
function pathOf(row) {
  return `/chat/sessions/${row.dataset.session}`;
}

/** @param {HTMLElement} row */
function editTitle(row) {
  const link = row.querySelector(".session-link");
  if (!(link instanceof HTMLElement)) {
    return;
  }
  const input = Object.assign(document.createElement("input"), { className: "input rename-input", value: row.dataset.title ?? "", maxLength: 200, dir: "auto" });
  input.setAttribute("aria-label", "Name");
  let isOpen = true;
  const finish = (/** @type {boolean} */ save) => {
    if (isOpen) {
      isOpen = false;
      input.replaceWith(link);
      link.focus();
      const title = input.value.trim();
      if (save && title && title !== row.dataset.title) {
        void rename(row, title);
      }
    }
  };
  input.addEventListener("keydown", event => {
    if (event.key === "Escape" || event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      finish(event.key === "Enter");
    }
  });
  input.addEventListener("blur", () => finish(true));
  link.replaceWith(input);
  input.select();
}

/**
 * @param {HTMLElement} row
 * @param {string} title
 */
async function rename(row, title) {
  await tell(async () => {
    await callApi("PUT", pathOf(row), { title });
    for (const place of document.querySelectorAll(`[data-session="${row.dataset.session}"]`)) {
      /** @type {HTMLElement} */ (place).dataset.title = title;
      const label = place.querySelector(".session-link > span:last-child");
      if (label) {
        label.textContent = title;
      }
      if (place.id === "conversation") {
        setTitle(title);
      }
    }
    await refreshSidebar();
  });
}

/**
 * @param {HTMLElement} row
 * @param {boolean} pinned
 */
async function pin(row, pinned) {
  await tell(async () => {
    await callApi("PUT", pathOf(row), { pinned });
    await refreshSidebar();
  });
}

/**
 * @param {HTMLElement} row
 * @param {boolean} archived
 */
async function archive(row, archived) {
  await tell(async () => {
    await callApi("PUT", pathOf(row), { archived });
    if (document.getElementById("conversation")?.dataset.session === row.dataset.session) {
      showArchived(archived);
    }
    await refreshSidebar();
    if (archived) {
      showToast(`“${row.dataset.title ?? ""}” archived.`, { label: "Undo", run: () => void archive(row, false) });
    } else {
      showToast(`“${row.dataset.title ?? ""}” unarchived.`);
    }
  });
}

/** @param {HTMLElement} row */
async function remove(row) {
  const title = row.dataset.title ?? "";
  if (!await askConfirmation("Delete this chat?", `“${title}” will be moved to the trash. You can restore it from there.`, "Delete")) {
    return;
  }
  if (document.getElementById("conversation")?.dataset.session === row.dataset.session) {
    // This page goes away, and the next one offers to undo. The pressed button may have been replaced meanwhile.
    const form = /** @type {HTMLFormElement} */ (findElement("#session-actions"));
    form.action = `/sessions/${row.dataset.session}/delete`;
    form.requestSubmit();
    return;
  }
  await tell(async () => {
    await callApi("DELETE", pathOf(row));
    document.querySelectorAll(`[data-session="${row.dataset.session}"]`).forEach(place => place.remove());
    await refreshSidebar();
    showToast(`“${title}” moved to the trash.`, { label: "Undo", run: () => void restore(row) });
  });
}

/** @param {HTMLElement} row */
async function restore(row) {
  await tell(async () => {
    await callApi("POST", `${pathOf(row)}/restore`);
    await refreshSidebar();
    if (document.querySelector("table.sessions, .nothing")) {
      location.reload();
    }
  });
}

/** @param {HTMLElement} row */
async function deletePermanently(row) {
  if (!await askConfirmation("Delete permanently?", `“${row.dataset.title ?? ""}” and its messages will be deleted. This cannot be undone.`, "Delete permanently")) {
    return;
  }
  await tell(async () => {
    await callApi("DELETE", `${pathOf(row)}?permanent=true`);
    const table = row.closest("table");
    row.remove();
    showToast("Chat deleted permanently.");
    if (!table?.querySelector("tbody tr")) {
      location.reload();
    }
  });
}

/** @param {() => Promise<void>} work */
async function tell(work) {
  try {
    await work();
  } catch (error) {
    showToast(error instanceof Error ? error.message : "Something went wrong. Try again.");
  }
}
