// @ts-check

const PREFIX = "draft:";

/** What a user has typed in a chat and not sent yet, in this browser. */
export class Draft {
  #key;

  /**
   * @param {string} user
   * @param {string} session empty for a new chat
   */
  constructor(user, session) {
    this.#key = `${PREFIX}${user}:${session}`;
  }

  get text() {
    return read(this.#key);
  }

  set text(value) {
    try {
      if (value === "") {
        localStorage.removeItem(this.#key);
      } else {
        localStorage.setItem(this.#key, value);
      }
    } catch {
      // Storage is full or disabled: the text is only in the page.
    }
  }

  /** Removes all drafts: others may use this computer. */
  static forgetAll() {
    for (const key of Object.keys(localStorage).filter(k => k.startsWith(PREFIX))) {
      localStorage.removeItem(key);
    }
  }
}

/** @param {string} key */
function read(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}
