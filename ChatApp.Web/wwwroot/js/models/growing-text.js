// @ts-check
import { loadMarkdown } from "./markdown.js";

// marked takes quadratic time for some texts and cannot be interrupted, so a long text is rendered in steps, which show in time that it takes too long.
const STEP = 4096;
const PATIENCE_MS = 1000;

/** Shows a growing Markdown text: rendered at most once a frame, and less often when rendering takes long. Plain once it takes too long; the server renders the whole reply at its end. */
export class GrowingText {
  #target;
  #text = "";
  #isScheduled = false;
  #isClosed = false;
  #isPlain = false;
  #drawn = 0;
  #notBefore = 0;

  /** @param {HTMLElement} target */
  constructor(target) {
    this.#target = target;
  }

  /** @param {string} more */
  append(more) {
    this.#text += more;
    this.#schedule();
  }

  /** Stops drawing: something else takes its place. */
  close() {
    this.#isClosed = true;
  }

  #schedule() {
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      void this.#draw();
    }
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
    const text = this.#isPlain ? this.#text : this.#text.slice(0, this.#drawn + STEP);
    replaceChanged(this.#target, this.#isPlain ? plain(text) : this.#render(render, text));
    const elapsed = performance.now() - start;
    this.#drawn = text.length;
    this.#isPlain ||= elapsed > PATIENCE_MS;
    this.#notBefore = start + elapsed * 5; // leaves most of the time to the reader
    if (text.length < this.#text.length) {
      this.#schedule();
    }
  }

  /**
   * @param {import("./markdown.js").Render} render
   * @param {string} text
   */
  #render(render, text) {
    try {
      return render(text);
    } catch {
      this.#isPlain = true; // nested deeper than its stack allows
      return plain(text);
    }
  }
}

/**
 * As the server shows what it does not render.
 * @param {string} text
 */
function plain(text) {
  const [fragment, paragraph] = [document.createDocumentFragment(), document.createElement("p")];
  paragraph.className = "plain";
  paragraph.textContent = text;
  fragment.append(paragraph);
  return fragment;
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
