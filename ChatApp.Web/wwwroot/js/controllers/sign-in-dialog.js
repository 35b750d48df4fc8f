// @ts-check
import { parsePage } from "../helpers/dom.js";
import { fetchPage, SignedOutError } from "../models/api.js";
import { resumeFeed } from "../models/feed.js";
import { startAccountForms } from "./account-forms.js";
import { openDialog } from "./dialogs.js";

/**
 * Lets somebody whose sign-in has ended sign in again without leaving the page, and what is typed in it.
 * @returns {Promise<boolean>} whether somebody did
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
    const dialog = openDialog("Sign in to go on", form);
    return await new Promise(resolve => {
      dialog.addEventListener("close", () => resolve(false), { once: true });
      prepare(form, () => {
        resolve(true);
        dialog.close();
      });
    });
  } catch (error) {
    return error instanceof SignedOutError; // the sign-in page leads away from itself: another tab has signed in
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {() => void} done
 */
function prepare(form, done) {
  startAccountForms(form);
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
    throw new Error("There is no sign-in form.");
  }
  return document.adoptNode(form);
}
