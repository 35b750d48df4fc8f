// @ts-check

const NEAR = 100;

/** Scrolls along with a growing list for readers who are at its end, and for no others. */
export class ScrollKeeper {
  #scroller;
  #button;
  #isList;
  #follows = false;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} content
   * @param {HTMLElement} button scrolls to the end
   * @param {boolean} isList false while there is only a welcome, which is read from its top
   */
  constructor(scroller, content, button, isList) {
    this.#scroller = scroller;
    this.#button = button;
    this.#isList = isList;
    // Without scripts a reversed flex column starts at its end; this shows the same place.
    scroller.classList.add("scripted");
    if (isList) {
      this.toEnd();
    }
    scroller.addEventListener("scroll", () => this.#look(), { passive: true });
    const size = new ResizeObserver(() => this.#follow());
    size.observe(content);
    size.observe(scroller);
  }

  toEnd() {
    this.#isList = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#look();
  }

  /**
   * Changes what is above the reader's place without moving it.
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
    this.#follows = this.#isList && scrollHeight - scrollTop - clientHeight < NEAR;
    this.#button.hidden = !this.#isList || this.#follows;
  }
}
