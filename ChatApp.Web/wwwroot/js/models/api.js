// @ts-check

const FIRST_DELAY = 500;
const MAX_DELAY = 10_000;
const MAX_TRIES = 12;

/** A request that the server refused; the message is for people. */
export class ApiError extends Error {
  /**
   * @param {number} statusCode
   * @param {string} message
   */
  constructor(statusCode, message) {
    super(message);
    this.status = statusCode;
  }
}

/** The sign-in has ended. */
export class SignedOutError extends Error {
  constructor() {
    super("You've been signed out.");
  }
}

/** The server could not be reached. */
export class ConnectionError extends Error {
  constructor() {
    super("Can't reach the server. Check your connection and try again.");
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
 * Retries, with back-off, work that fails because the server cannot be reached or fails itself; for a minute and a half.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function retry(work) {
  for (let tries = 1, delay = FIRST_DELAY; ; tries++, delay = Math.min(delay * 2, MAX_DELAY)) {
    try {
      return await work();
    } catch (error) {
      const isTemporary = error instanceof ConnectionError || error instanceof ApiError && error.status >= 500;
      if (!isTemporary || tries === MAX_TRIES) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, delay));
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
