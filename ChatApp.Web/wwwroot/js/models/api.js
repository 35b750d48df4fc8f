// @ts-check

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
const MOST_TRIES = 12;

/** The server's answer to a request that it refused; the message is for people. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Nobody is signed in any more. */
export class SignedOutError extends Error {
  constructor() {
    super("You were signed out.");
  }
}

/** The server could not be reached. */
export class ConnectionError extends Error {
  constructor() {
    super("The server could not be reached. Check the connection and try again.");
  }
}

/**
 * Calls the JSON API.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<Response>}
 */
export async function callApi(method, path, body, headers = {}) {
  const token = document.querySelector('meta[name="csrf-token"]');
  const response = await request(path, {
    method,
    headers: {
      ...(token instanceof HTMLMetaElement ? { [token.dataset.header ?? ""]: token.content } : {}),
      ...(body ? { "Content-Type": "application/json" } : {}),
      ...headers,
    },
    body: body ? JSON.stringify(body) : null,
  });
  if (response.status === 401) {
    throw new SignedOutError();
  }
  if (!response.ok) {
    throw new ApiError(response.status, await problemOf(response));
  }
  return response;
}

/**
 * Repeats what fails because the server cannot be reached, for a minute and a half.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function keepTrying(work) {
  for (let tries = 1, wait = FIRST_WAIT; ; tries++, wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return await work();
    } catch (error) {
      const mayPass = error instanceof ConnectionError || error instanceof ApiError && error.status >= 500;
      if (!mayPass || tries === MOST_TRIES) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }
}

/**
 * Fetches a page, or a part of one.
 * @param {string} path
 * @returns {Promise<string>}
 */
export async function fetchPage(path) {
  const response = await request(path, { headers: { Accept: "text/html" }, redirect: "manual" });
  if (response.type === "opaqueredirect") {
    throw new SignedOutError();
  }
  if (!response.ok) {
    throw new ApiError(response.status, "The page could not be loaded.");
  }
  return response.text();
}

/**
 * @param {string} path
 * @param {RequestInit} init
 * @returns {Promise<Response>}
 */
async function request(path, init) {
  try {
    return await fetch(path, init);
  } catch {
    throw new ConnectionError();
  }
}

/**
 * @param {Response} response
 * @returns {Promise<string>}
 */
async function problemOf(response) {
  try {
    return (await response.json()).detail || response.statusText;
  } catch {
    return "Something went wrong on the server. Try again.";
  }
}
