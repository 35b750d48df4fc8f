// @ts-check

const PREFIX = "draft:";

/** What a user has typed in a conversation and not sent yet, in this browser. */
export class Draft {
  #key;

  /**
   * @param {string} user
   * @param {string} session empty before there is one
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
      // Storage is full or switched off: the text stays in the page.
    }
  }

  /** Forgets what everybody has typed: whoever signs out may not be alone at this computer. */
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
