// @ts-check

/** The messages on the page: those that the server rendered have a `seq`, those that this tab has just sent have none yet. */
export class MessageList {
  #element;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** The reply that is being written, if there is one. */
  get generating() {
    return this.#messages.find(m => m.dataset.status === "generating" && m.dataset.message) ?? null;
  }

  /** The `seq` up to which messages can only be deleted. Later ones are unknown or, like an unfinished reply, can be continued. */
  get settled() {
    const firstNew = this.#messages.findIndex(m => seqOf(m) === 0);
    const known = firstNew < 0 ? this.#messages : this.#messages.slice(0, firstNew);
    const last = known.reverse().find(m => m.dataset.status === "complete" && !m.matches(".system"));
    return last ? seqOf(last) : 0;
  }

  /**
   * Whether a part of the page has all that is missing here, and joins what is here.
   * @param {ParentNode} part the newest page of messages, perhaps only with the ids of the older ones
   */
  joins(part) {
    const [all, first] = [entriesOf(part), this.#firstSeq];
    const isComplete = all.every(e => e.matches(".message") || seqOf(e) < first || this.#shown(e));
    return isComplete && (first === 0 || !hasOlder(part) || all.some(e => this.#shown(e)));
  }

  /**
   * Shows new and changed messages and removes deleted ones. All others stay as they are, with what is open or selected in them.
   * @param {ParentNode} part one that joins
   */
  take(part) {
    const all = entriesOf(part);
    const entries = all.filter(e => seqOf(e) >= this.#firstSeq);
    const from = hasOlder(part) ? seqOf(all[0]) : 1;
    const kept = new Set(entries.map(e => this.#shown(e)));
    this.#messages.filter(m => seqOf(m) >= from && !kept.has(m)).forEach(m => m.remove());
    /** @type {HTMLElement | null} */
    let previous = null;
    for (const entry of entries) {
      const shown = this.#shown(entry);
      const isNewer = !shown || entry.matches(".message") && (shown.dataset.status !== entry.dataset.status || seqOf(shown) === 0);
      const message = isNewer ? entry : shown;
      if (isNewer && shown) {
        shown.replaceWith(message);
      } else if (isNewer && previous) {
        previous.after(message);
      } else if (isNewer) {
        this.#element.prepend(message);
      }
      previous = message;
    }
  }

  /**
   * Shows other messages instead.
   * @param {ParentNode} part
   */
  replace(part) {
    this.#element.replaceChildren(...entriesOf(part));
  }

  get #messages() {
    return /** @type {HTMLElement[]} */ ([...this.#element.children]);
  }

  /** 0 if there is none. */
  get #firstSeq() {
    return seqOf(this.#messages.find(m => seqOf(m) > 0));
  }

  /** @param {HTMLElement} entry */
  #shown(entry) {
    return this.#messages.find(m => m.dataset.message === entry.dataset.message);
  }
}

/** @param {ParentNode} part */
function entriesOf(part) {
  return /** @type {HTMLElement[]} */ ([...part.querySelectorAll("[data-seq]")]);
}

/** @param {ParentNode} part */
function hasOlder(part) {
  return part.querySelector("a[data-older]") !== null;
}

/** @param {HTMLElement} [message] */
function seqOf(message) {
  return Number(message?.dataset.seq || 0);
}
