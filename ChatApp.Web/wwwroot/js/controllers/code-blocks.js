// @ts-check

/** Longer code is shown without colours: they would take longer than reading on. */
const LONGEST = 60_000;

/**
 * Colours the code of finished answers.
 * @param {ParentNode} root
 */
export async function startCodeBlocks(root) {
  const blocks = [...root.querySelectorAll("code[data-language]:not(.hljs)")]
    .filter(block => /** @type {HTMLElement} */ (block).dataset.language && (block.textContent ?? "").length <= LONGEST);
  if (blocks.length === 0) {
    return;
  }
  /** @type {any} */
  const { default: highlighter } = await import("../../lib/highlight.min.js");
  for (const block of blocks) {
    const language = /** @type {HTMLElement} */ (block).dataset.language ?? "";
    if (highlighter.getLanguage(language)) {
      block.innerHTML = highlighter.highlight(block.textContent, { language, ignoreIllegals: true }).value; // it escapes what it colours
      block.classList.add("hljs");
    }
  }
}
