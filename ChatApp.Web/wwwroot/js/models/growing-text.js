// @ts-check
import { loadMarkdown } from "./markdown.js";

/** Shows a growing Markdown text: at most once a frame, and less often when it is so long that rendering takes its time. */
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

  /** Draws no more: something else takes the place. */
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
    const took = performance.now() - start;
    this.#notBefore = start + took * 5;
  }
}

/** A frame, or a moment in a tab that is not seen and has no frames. */
function nextFrame() {
  return new Promise(resolve => document.hidden ? setTimeout(resolve, 250) : requestAnimationFrame(resolve));
}

/**
 * Replaces only what differs, so that selections and scrolled code blocks further up stay as they are.
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
