// @ts-check

/**
 * Shows or hides the note that the open chat is archived.
 * @param {boolean} isArchived
 */
export function showArchived(isArchived) {
  const note = document.querySelector(".archived-note");
  if (note instanceof HTMLElement) {
    note.hidden = !isArchived;
  }
}

/**
 * Shows whether the open chat was archived in another tab or on another device.
 * @param {ParentNode} part
 */
export function takeOverArchived(part) {
  const note = part.querySelector(".archived-note");
  if (note instanceof HTMLElement) {
    showArchived(!note.hidden);
  }
}
