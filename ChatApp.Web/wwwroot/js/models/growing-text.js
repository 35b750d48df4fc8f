// @ts-check
import { loadMarkdown } from "./markdown.js";

/** Shows a growing Markdown text: rendered at most once a frame, and less often when rendering takes long. */
export class GrowingText {
  #target;
  #text = "";
  #isScheduled = false;
  #isClosed = false;
  #notBefore = 0;

  /** @param {HTMLElement} target */
  constructor(target) {
    this.#target = target;
  }

  /** @param {string} more */
  append(more) {
    this.#text += more;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      void this.#draw();
    }
  }

  /** Stops drawing: something else takes its place. */
  close() {
    this.#isClosed = true;
  }

  async #draw() {
    const render = await loadMarkdown();
    await new Promise(resolve => setTimeout(resolve, this.#notBefore - performance.now()));
    await nextFrame();
    this.#isScheduled = false;
    if (this.#isClosed) {
      return;
    }
    const start = performance.now();
    replaceChanged(this.#target, render(this.#text));
    const elapsed = performance.now() - start;
    this.#notBefore = start + elapsed * 5; // leaves most of the time to the reader
  }
}

/** The next frame; hidden tabs have none, so a moment there. */
function nextFrame() {
  return new Promise(resolve => document.hidden ? setTimeout(resolve, 250) : requestAnimationFrame(resolve));
}

/**
 * Replaces only from the first difference on, which keeps selections and scroll positions above it.
 * @param {HTMLElement} target
 * @param {DocumentFragment} wanted
 */
function replaceChanged(target, wanted) {
  const [old, fresh] = [[...target.childNodes], [...wanted.childNodes]];
  const same = old.findIndex((node, i) => !fresh[i]?.isEqualNode(node));
  const from = same < 0 ? old.length : same;
  old.slice(from).forEach(node => node.remove());
  target.append(...fresh.slice(from));
}
