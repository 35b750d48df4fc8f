// @ts-check

const NEAR = 100;

/** Keeps the end of a growing list in sight for those who are at the end, and leaves all others alone. */
export class ScrollKeeper {
  #scroller;
  #button;
  #follows = true;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} content
   * @param {HTMLElement} button leads back to the end
   */
  constructor(scroller, content, button) {
    this.#scroller = scroller;
    this.#button = button;
    // Without scripts the list is turned over so that it begins at its end; both show the same place.
    scroller.classList.add("scripted");
    this.toEnd();
    scroller.addEventListener("scroll", () => this.#look(), { passive: true });
    new ResizeObserver(() => this.#follow()).observe(content);
    new ResizeObserver(() => this.#follow()).observe(scroller);
  }

  toEnd() {
    this.#follows = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#look();
  }

  /**
   * Changes what is above the reader's place without moving that place.
   * @param {() => void} change
   */
  keepPlace(change) {
    const fromEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    this.#follows = false;
    change();
    this.#scroller.scrollTop = this.#scroller.scrollHeight - fromEnd;
    this.#look();
  }

  /** @param {Element} element */
  show(element) {
    this.#follows = false;
    element.scrollIntoView({ block: "start" });
    this.#look();
  }

  #follow() {
    if (this.#follows) {
      this.#scroller.scrollTop = this.#scroller.scrollHeight;
    }
    this.#look();
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#follows = scrollHeight - scrollTop - clientHeight < NEAR;
    this.#button.hidden = this.#follows;
  }
}
