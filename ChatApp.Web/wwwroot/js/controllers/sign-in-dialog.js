// @ts-check
import { parsePage } from "../helpers/dom.js";
import { fetchPage, SignedOutError } from "../models/api.js";
import { resumeFeed } from "../models/feed.js";
import { openDialog } from "./dialogs.js";

/**
 * Lets people whose sign-in has ended sign in again without leaving the page and losing what they typed.
 * @returns {Promise<boolean>} whether they did
 */
export async function signInAgain() {
  const isSignedIn = await ask();
  if (isSignedIn) {
    resumeFeed();
  }
  return isSignedIn;
}

/** @returns {Promise<boolean>} */
async function ask() {
  try {
    const form = loginForm(await fetchPage("/login"));
    const dialog = openDialog("Sign in to continue", form);
    return await new Promise(resolve => {
      dialog.addEventListener("close", () => resolve(false), { once: true });
      prepare(form, () => {
        resolve(true);
        dialog.close();
      });
    });
  } catch (error) {
    return error instanceof SignedOutError; // the sign-in page redirects: another tab has signed in
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {() => void} done
 */
function prepare(form, done) {
  /** @type {HTMLElement | null} */ (form.querySelector("[autofocus]"))?.focus();
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (response.type === "opaqueredirect") {
      done();
      return;
    }
    const again = loginForm(await response.text());
    form.replaceWith(again);
    prepare(again, done);
  });
}

/** @param {string} html */
function loginForm(html) {
  const form = parsePage(html).querySelector("form[data-login-form]");
  if (!(form instanceof HTMLFormElement)) {
    throw new Error("The page has no sign-in form.");
  }
  return document.adoptNode(form);
}
