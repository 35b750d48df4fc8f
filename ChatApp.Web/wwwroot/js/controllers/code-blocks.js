// @ts-check
import { onConnect } from "../helpers/connect.js";

/** In UTF-16 units. Colouring longer code takes seconds, so it stays plain. */
const MAX_LENGTH = 60_000;

/** Highlights the code of replies that have ended; a growing reply would be coloured again with each piece. */
export function startCodeBlocks() {
  onConnect('.message:not([data-status="generating"]) code[data-language]:not([data-language=""])', block => void highlight(block));
}

/** @param {HTMLElement} block */
async function highlight(block) {
  const code = block.textContent ?? "";
  if (code.length > MAX_LENGTH) {
    return;
  }
  /** @type {any} */
  const { default: highlighter } = await import("../../lib/highlight.min.js");
  const language = block.dataset.language ?? "";
  if (highlighter.getLanguage(language)) {
    block.innerHTML = highlighter.highlight(code, { language, ignoreIllegals: true }).value; // escaped by the highlighter
    block.classList.add("hljs");
  }
}
